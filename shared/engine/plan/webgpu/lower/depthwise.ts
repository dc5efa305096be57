import { lanesOf } from '../../../../kernels/webgpu/columns.ts'
import { THREADS } from '../../../../kernels/webgpu/kernel.ts'
import { addParts } from '../../../../kernels/webgpu/matmul.ts'
import type { Window } from '../../../../kernels/window.ts'
import { convolutionOf } from '../../window.ts'
import { type Builder, RELU } from '../builder.ts'
import { type Binding, each, type Job, type Range } from '../job.ts'
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

/** Taps that one thread sums for at a time; the bias counts as a tap that sees ones. */
const TAPS = 10
/** Workgroups that keep a graphics card busy. */
const BUSY = 512

/** How the sums over all places of the batch are shared out. */
interface Shares {
  /** Taps, and one more for the bias. */
  readonly kinds: number
  /** Channels side by side in a workgroup, and workgroups for all channels and for all taps. */
  readonly across: number
  readonly blocks: number
  readonly chunks: number
  /** Pieces of the batch. */
  readonly parts: number
}

const sharesOf = ({ size, n, oh, ow }: Window, bias: boolean, batch: number): Shares => {
  const kinds = size[0] * size[1] + Number(bias)
  const across = lanesOf(n)
  const [blocks, chunks] = [Math.ceil(n / across), Math.ceil(kinds / TAPS)]
  const most = Math.ceil((batch * oh * ow * across) / (16 * THREADS))
  return { kinds, across, blocks, chunks, parts: Math.max(1, Math.min(most, Math.ceil(BUSY / (blocks * chunks)))) }
}

/** Sums over the places of the batch, in pieces: per tap and channel, and per channel for the bias: `[part][taps, bias][n]`. */
const kernelSums = (win: Window, name: string, bindings: readonly Binding[], shares: Shares): Job => {
  const { h, w, c, oh, ow, n, size, strides, top, left } = win
  const { kinds, across, blocks, chunks, parts } = shares
  const taps = size[0] * size[1]
  const own = Array.from({ length: Math.min(kinds, TAPS) }, (_, j) => j)
  const tap = (j: number) => (chunks > 1 ? `(chunk * ${TAPS}u + ${j}u)` : `${j}u`)
  // Without branches: cards run them slowly, and the software driver takes minutes to compile so many.
  const step = (j: number) => {
    const value = `select(0.0, x[select(0, ((sample * ${h} + r) * ${w} + q) * ${c} + i32(k / ${n / c}u), inside)], inside)`
    const seen = `let r = down + i32(${tap(j)} / ${size[1]}u); let q = over + i32(${tap(j)} % ${size[1]}u);
        let inside = (r >= 0) & (r < ${h}) & (q >= 0) & (q < ${w});`
    if (chunks > 1) return `      { ${seen} s${j} += d * select(${value}, 1.0, ${tap(j)} >= ${taps}u); }`
    return j === taps ? `      s${j} += d;` : `      { ${seen} s${j} += d * ${value}; }`
  }
  return {
    ...{ name, bindings, threads: THREADS, groups: () => blocks * chunks * parts },
    head: `var<workgroup> sums: array<f32, ${own.length * THREADS}>;`,
    body: `  let k = group % ${blocks}u * ${across}u + lane % ${across}u;
  let chunk = group / ${blocks}u % ${chunks}u;
  let part = group / ${blocks * chunks}u;
  let rows = now.batch * ${oh * ow}u;
  let length = (rows + ${parts - 1}u) / ${parts}u;
  ${own.map(j => `var s${j} = 0.0;`).join(' ')}
  if (k < ${n}u) {
    for (var row = part * length + lane / ${across}u; row < min(rows, (part + 1u) * length); row += ${THREADS / across}u) {
      let d = dy[row * ${n}u + k];
      let sample = i32(row / ${oh * ow}u);
      let down = i32(row / ${ow}u % ${oh}u) * ${strides[0]} - ${top};
      let over = i32(row % ${ow}u) * ${strides[1]} - ${left};
${own.map(step).join('\n')}
    }
  }
  ${own.map(j => `sums[${j * THREADS}u + lane] = s${j};`).join(' ')}
  workgroupBarrier();
  for (var i = lane; i < ${own.length * across}u; i += ${THREADS}u) {
    let own = chunk * ${TAPS}u + i / ${across}u; let column = group % ${blocks}u * ${across}u + i % ${across}u;
    if (own < ${kinds}u && column < ${n}u) {
      var sum = 0.0;
      for (var j = i % ${across}u; j < ${THREADS}u; j += ${across}u) { sum += sums[i / ${across}u * ${THREADS}u + j]; }
      dw[(part * ${kinds}u + own) * ${n}u + column] = sum;
    }
  }`,
  }
}

const kernelGradient = (b: Builder, win: Window, name: string, x: Range, dy: Range, grads: Range, bias: boolean): void => {
  const shares = sharesOf(win, bias, b.batch)
  const floats = shares.kinds * win.n
  const to = shares.parts > 1 ? b.scratch(shares.parts * floats) : grads
  const bindings = [
    { name: 'x', range: x },
    { name: 'dy', range: dy },
    { name: 'dw', range: to, written: true },
  ]
  b.backward(kernelSums(win, name, bindings, shares))
  if (shares.parts === 1) return
  const pieces = [
    { name: 'pieces', range: to },
    { name: 'result', range: grads, written: true },
  ]
  b.backward({ ...addParts(name, floats, shares.parts), bindings: pieces })
}

/** Every channel for itself, a thread per output value; its gradients likewise, the kernel's as sums over all places. */
export const lowerDepthwise: Lower<'depthwise'> = (b, node) => {
  const { kernel, bias } = kernelAndBias(b, node)
  const win = convolutionOf(node.op, node.inputShapes[0] ?? [], node.shape)
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
