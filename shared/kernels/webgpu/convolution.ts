import { spanOf, type Window } from '../window.ts'
import type { Factor } from './matmul.ts'

/** WGSL: sample (times `step`), row and column of output place `i`, scaled and shifted to where its window starts. */
const placeOf = (oh: number, ow: number, step: number, y: (oh: string) => string, x: (ow: string) => string): string =>
  `let s = i / ${oh * ow}u; let p = i % ${oh * ow}u; return vec4i(i32(s) * ${step}, ${y(`i32(p / ${ow}u)`)}, ${x(`i32(p % ${ow}u)`)}, 0);`

const scaled = (value: string, by: number, less: number): string => `${value}${by === 1 ? '' : ` * ${by}`}${less ? ` - ${less}` : ''}`

/** WGSL: offset of tap and channel `i` of `channels`. */
const tapOf = ({ size, dilation }: Window, channels: number): string =>
  `let tap = i / ${channels}u; return vec4i(i32(tap / ${size[1]}u) * ${dilation[0]}, i32(tap % ${size[1]}u) * ${dilation[1]}, i32(i % ${channels}u), 0);`

const patchOf = ({ h, w, c, oh, ow, strides, dilation, size, top, left }: Window): Pick<Factor, 'row' | 'load'> => {
  const fits = (length: number, out: number, i: 0 | 1, first: number) =>
    first === 0 && (out - 1) * strides[i] + spanOf(size[i], dilation[i]) <= length
  const check = fits(h, oh, 0, top) && fits(w, ow, 1, left) ? '' : `if (y < 0 || y >= ${h} || x_ < 0 || x_ >= ${w}) { return 0.0; }`
  return {
    row: placeOf(
      oh,
      ow,
      h * w * c,
      v => scaled(v, strides[0], top),
      v => scaled(v, strides[1], left),
    ),
    load: `let y = place.y + tap.x; let x_ = place.z + tap.y; ${check} return x[place.x + (y * ${w} + x_) * ${c} + tap.z];`,
  }
}

/** Patches of the image x `[batch · oh · ow][taps · c]`: the left factor of a convolution. */
export const patches = (win: Window): Factor => {
  const { row, load } = patchOf(win)
  return { row, sum: tapOf(win, win.c), load: `let place = r; let tap = c; ${load}`, along: 'sum' }
}

/** The same, turned: a row per tap and channel, the sum over all places; the left factor of the kernel's gradient. */
export const turnedPatches = (win: Window): Factor => {
  const { row, load } = patchOf(win)
  return { row: tapOf(win, win.c), sum: row, load: `let place = c; let tap = r; ${load}`, along: 'row' }
}

/** Gradients dy of the outputs that image places `[batch · h · w]` took part in, per tap and output channel: the left factor of the input's gradient. */
export const spread = (win: Window): Factor => {
  const { h, w, oh, ow, n, strides, top, left } = win
  const along = (at: string, from: string, tap: string, stride: number, length: number) =>
    stride === 1
      ? `let ${at} = ${from} - ${tap}; if (${at} < 0 || ${at} >= ${length}) { return 0.0; }`
      : `let ${at}_ = ${from} - ${tap}; let ${at} = ${at}_ / ${stride}; if (${at}_ < 0 || ${at} * ${stride} != ${at}_ || ${at} >= ${length}) { return 0.0; }`
  return {
    row: placeOf(
      h,
      w,
      oh * ow * n,
      v => `${v} + ${top}`,
      v => `${v} + ${left}`,
    ),
    sum: tapOf(win, n),
    load: `${along('y', 'r.y', 'c.x', strides[0], oh)} ${along('x_', 'r.z', 'c.y', strides[1], ow)}
  return dy[r.x + (y * ${ow} + x_) * ${n} + c.z];`,
    along: 'sum',
  }
}

/** The kernel `[taps][c][n]` seen from the input's gradient: a row per input channel, the sum over taps and output channels. */
export const turnedKernel = ({ c, n }: Window): Factor => ({
  row: `return vec4i(i32(i) * ${n}, 0, 0, 0);`,
  sum: `return vec4i(i32(i / ${n}u) * ${c * n} + i32(i % ${n}u), 0, 0, 0);`,
  load: 'return w[r.x + c.x];',
  along: 'sum',
})
