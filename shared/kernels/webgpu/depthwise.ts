import type { Window } from '../window.ts'
import { columnParts, columnSums } from './columns.ts'
import { type ConvAttrs, floats, type GpuKernel, windowOf } from './gradients.ts'
import { eachValue } from './kernel.ts'
import { recipeOf, run, runInParts } from './program.ts'

type Four = [number, number, number, number]

/** Gradient of a depthwise filter `[height, width, in, each]`: a sum over all output pixels of the batch for every tap and channel, in parts. */
export const depthwiseFilterGradient: GpuKernel = args => {
  const shape = args.attrs.filterShape as Four
  const given = floats(args, 'x', 'dy')
  const found = given && windowOf(args.tf, args.attrs as unknown as ConvAttrs, given.x.shape, shape, true)
  if (!found) return null
  const { win, batch } = found
  const size = win.size[0] * win.size[1] * win.n
  const parts = columnParts(batch * win.oh * win.ow, size)
  const recipe = recipeOf('depthwise filter gradient', { win, size, parts }, numbers => {
    const { h, w, c, oh, ow, n, size: taps, strides, dilation, top, left } = numbers.win
    const before = `let tap = i32(c / ${n}u); let channel = i32(c % ${n}u);
    let down = tap / ${taps[1]} * ${dilation[0]} - ${top}; let across = tap % ${taps[1]} * ${dilation[1]} - ${left};`
    const value = `let p = i32(row); var u = 0.0;
      let y = p / ${ow} % ${oh} * ${strides[0]} + down; let x_ = p % ${ow} * ${strides[1]} + across;
      if (y >= 0 && y < ${h} && x_ >= 0 && x_ < ${w}) {
        u = dy[p * ${n} + channel] * x[((p / ${oh * ow} * ${h} + y) * ${w} + x_) * ${c} + channel / ${n / c}];
      }`
    const rows = { rows: oh * ow, columns: numbers.size, parts: numbers.parts, sums: 1 } as const
    return columnSums({ name: 'depthwise filter gradient', ...rows, before, value })
  })
  return runInParts(args.backend, recipe, { size, parts }, { x: given.x, dy: given.dy }, shape, batch)
}

/** WGSL: the output row (column) `name` whose window has `from` at tap `tap`; goes on to the next tap where there is none. */
const outputAt = (name: string, from: string, tap: string, stride: number, length: number): string =>
  `let ${name}_ = ${from} - ${tap}; let ${name} = ${name}_ / ${stride};
      if (${name}_ < 0 || ${name} * ${stride} != ${name}_ || ${name} >= ${length}) { continue; }`

const inputGradientBody = ({ h, w, c, oh, ow, n, size, strides, dilation, top, left }: Window): string => {
  const each = n / c
  return `    let at = i32(i); let channel = at % ${c}; let across = at / ${c} % ${w} + ${left};
    let down = at / ${c * w} % ${h} + ${top}; let image = at / ${c * w * h} * ${oh};
    var v = 0.0;
    for (var p = 0; p < ${size[0]}; p++) {
      ${outputAt('y', 'down', `p * ${dilation[0]}`, strides[0], oh)}
      for (var q = 0; q < ${size[1]}; q++) {
      ${outputAt('x', 'across', `q * ${dilation[1]}`, strides[1], ow)}
        for (var k = 0; k < ${each}; k++) {
          v += dy[((image + y) * ${ow} + x) * ${n} + channel * ${each} + k] * w[((p * ${size[1]} + q) * ${c} + channel) * ${each} + k];
        }
      }
    }
    result[i] = v;`
}

/** Gradient of a depthwise convolution's input: a thread per value, neighbours along the channels, with whole numbers only. */
export const depthwiseInputGradient: GpuKernel = args => {
  const shape = args.attrs.inputShape as Four
  const given = floats(args, 'dy', 'filter')
  const found = given && windowOf(args.tf, args.attrs as unknown as ConvAttrs, shape, given.filter.shape, true)
  if (!found || shape.includes(0)) return null
  const recipe = recipeOf('depthwise input gradient', found.win, win =>
    eachValue('depthwise input gradient', { perSample: win.h * win.w * win.c }, inputGradientBody(win)),
  )
  return run(args.backend, recipe, { dy: given.dy, w: given.filter }, shape, found.batch)
}
