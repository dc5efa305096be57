import type { Builder } from '../builder.ts'
import { RELU } from '../builder.ts'
import { columnParts, lanesOf } from '../columns.ts'
import { convolutionOf, type Window } from '../convolution.ts'
import { type Binding, each, type Job, type Range, THREADS } from '../job.ts'
import { addParts } from '../matmul.ts'
import { kernelAndBias } from './affine.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** WGSL: channel, column, row and sample of value `i` of an image. */
const placeOf = (height: number, width: number, channels: number): string => `    let at = i32(i); let k = at % ${channels};
    let across = at / ${channels} % ${width}; let down = at / ${channels * width} % ${height}; let sample = at / ${channels * width * height};`

/** WGSL: runs over the taps whose rows `r` and columns `q`, which `row` and `column` declare and check, are there. */
const overTaps = ({ size }: Window, row: string, column: string, body: string): string =>
  `for (var fy = 0; fy < ${size[0]}; fy++) { ${row}
      for (var fx = 0; fx < ${size[1]}; fx++) { ${column}
        ${body}
      }
    }`

/** WGSL: the place in the image that tap `f` of the window at `at` sees. */
const seen = (name: string, at: string, f: string, stride: number, border: number, length: number): string =>
  `let ${name} = ${at} * ${stride} - ${border} + ${f}; if (${name} < 0 || ${name} >= ${length}) { continue; }`

/** WGSL: the output whose window sees the place `at` by tap `f`. */
const seeing = (name: string, at: string, f: string, stride: number, border: number, length: number): string =>
  `let ${name}_ = ${at} + ${border} - ${f}; let ${name} = ${name}_ / ${stride};
      if (${name}_ < 0 || ${name} * ${stride} != ${name}_ || ${name} >= ${length}) { continue; }`

/** Sums over the places of the batch, in pieces: one per tap and channel, and one per channel for the bias: `[part][taps, bias][n]`. */
const kernelSums = (win: Window, name: string, bindings: readonly Binding[], bias: boolean, parts: number): Job => {
  const { h, w, c, oh, ow, n, size, strides, top, left } = win
  const taps = size[0] * size[1]
  const kinds = taps + Number(bias)
  const across = lanesOf(n)
  const blocks = Math.ceil(n / across)
  const image = `let r = i32(row / ${ow}u % ${oh}u) * ${strides[0]} + y_; let q = i32(row % ${ow}u) * ${strides[1]} + x_;
      if (r >= 0 && r < ${h} && q >= 0 && q < ${w}) { sum += d * x[((i32(row / ${oh * ow}u) * ${h} + r) * ${w} + q) * ${c} + i32(k / ${n / c}u)]; }`
  return {
    ...{ name, bindings, threads: THREADS, groups: () => blocks * kinds * parts },
    head: `var<workgroup> sums: array<f32, ${THREADS}>;`,
    body: `  let k = group % ${blocks}u * ${across}u + lane % ${across}u;
  let tap = group / ${blocks}u % ${kinds}u;
  let part = group / ${blocks * kinds}u;
  let y_ = i32(tap / ${size[1]}u) - ${top};
  let x_ = i32(tap % ${size[1]}u) - ${left};
  let rows = now.batch * ${oh * ow}u;
  let length = (rows + ${parts - 1}u) / ${parts}u;
  var sum = 0.0;
  if (k < ${n}u) {
    for (var row = part * length + lane / ${across}u; row < min(rows, (part + 1u) * length); row += ${THREADS / across}u) {
      let d = dy[row * ${n}u + k];
      ${bias ? `if (tap == ${taps}u) { sum += d; continue; }` : ''}
      ${image}
    }
  }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane < ${across}u && k < ${n}u) {
    for (var j = lane + ${across}u; j < ${THREADS}u; j += ${across}u) { sum += sums[j]; }
    dw[(part * ${kinds}u + tap) * ${n}u + k] = sum;
  }`,
  }
}

const kernelGradient = (b: Builder, win: Window, name: string, x: Range, dy: Range, grads: Range, bias: boolean): void => {
  const parts = columnParts(win.oh * win.ow * b.batch, win.n)
  const floats = (win.size[0] * win.size[1] + Number(bias)) * win.n
  const to = parts > 1 ? b.scratch(parts * floats) : grads
  const bindings = [
    { name: 'x', range: x },
    { name: 'dy', range: dy },
    { name: 'dw', range: to, written: true },
  ]
  b.backward(kernelSums(win, name, bindings, bias, parts))
  if (parts > 1) b.backward(addParts(name, floats, parts, to, grads))
}

/** Every channel for itself, a thread per output value; its gradients likewise, the kernel's as sums over all places. */
export const lowerDepthwise: Lower<'depthwise'> = (b, node) => {
  const { kernel, bias } = kernelAndBias(b, node)
  const win = convolutionOf({ ...node.op, dilation: [1, 1] }, node.inputShapes[0] ?? [], node.shape)
  const { h, w, c, oh, ow, n, size, strides, top, left } = win
  const x = b.input(node).range
  const weights: Binding = { name: 'w', range: kernel.group }
  const taken = overTaps(
    win,
    seen('r', 'down', 'fy', strides[0], top, h),
    seen('q', 'across', 'fx', strides[1], left, w),
    `v += x[((sample * ${h} + r) * ${w} + q) * ${c} + k / ${n / c}] * w[(fy * ${size[1]} + fx) * ${n} + k];`,
  )
  b.forward(
    each(
      `depthwise ${node.id}`,
      oh * ow * n,
      [{ name: 'x', range: x }, weights, { name: 'y', range: b.output(node).range, written: true }],
      `${placeOf(oh, ow, n)}
    var v = ${bias ? `w[${kernel.floats} + k]` : '0.0'};
    ${taken}
    y[i] = ${node.relu ? RELU : 'v'};`,
    ),
  )
  return dy => {
    if (kernel.grads) kernelGradient(b, win, `depthwise ${node.id} kernel gradient`, x, dy, kernel.grads, bias !== undefined)
    const target = b.inputGradient(node)
    if (!target) return
    const given = overTaps(
      win,
      seeing('r', 'down', 'fy', strides[0], top, oh),
      seeing('q', 'across', 'fx', strides[1], left, ow),
      `for (var m = k * ${n / c}; m < (k + 1) * ${n / c}; m++) { v += dy[((sample * ${oh} + r) * ${ow} + q) * ${n} + m] * w[(fy * ${size[1]} + fx) * ${n} + m]; }`,
    )
    const bindings = [{ name: 'dy', range: dy }, weights, ...targetBindings(target)]
    const body = `${placeOf(h, w, c)}
    var v = 0.0;
    ${given}
    ${gated(target.gate)}`
    b.backward(each(`depthwise ${node.id} input gradient`, h * w * c, bindings, body))
  }
}
