import { type Job, job } from '../../../../kernels/wasm/program.ts'
import { spanOf, type Window } from '../../../../kernels/window.ts'
import type { NodeOf } from '../../plan.ts'
import { type Builder, type MakeJob, packedFloats, sumParts, type Target } from '../builder.ts'
import { panels, type Slot } from '../weights.ts'
import type { Lower } from './define.ts'

/** An image with its zero border. */
export interface Padded {
  readonly at: number
  readonly h: number
  readonly w: number
}

/** A patch as pieces of floats that lie together: whole rows of the kernel, or single pixels where taps lie apart. */
const piecesOf = ({ size, dilation }: Window, channels: number, width: number) => {
  const joined = dilation[1] === 1
  return {
    segments: joined ? size[0] : size[0] * size[1],
    perRow: joined ? 1 : size[1],
    segment: joined ? size[1] * channels : channels,
    pieceRow: dilation[0] * width * channels,
    pieceCol: dilation[1] * channels,
  }
}

/** Where the jobs of a part of an operation go. */
type Add = (make: MakeJob) => void

const paddedSize = (v: Window): { readonly h: number; readonly w: number } => ({
  h: Math.max(v.h + v.top, (v.oh - 1) * v.strides[0] + spanOf(v.size[0], v.dilation[0])),
  w: Math.max(v.w + v.left, (v.ow - 1) * v.strides[1] + spanOf(v.size[1], v.dilation[1])),
})

/** The image with the zero border that the convolution's windows reach into. */
export const paddedInput = (b: Builder, add: Add, at: number, v: Window): Padded => {
  const { h, w } = paddedSize(v)
  if (h === v.h && w === v.w) return { at, h, w }
  const out = b.perSample(h * w * v.c)
  add(batch => job('pad', batch, b.grain(batch), { x: at, H: v.h, W: v.w, C: v.c, top: v.top, left: v.left, PH: h, PW: w, out }))
  return { at: out, h, w }
}

/** dX as a convolution of dY with the turned kernel, where the stride is 1 and that is not much more work. */
const turned = (b: Builder, add: Add, v: Window, weights: number, dy: number, { to, gate }: Target): void => {
  const [kh, kw] = v.size
  const taps = kh * kw
  const ph = v.h + spanOf(v.size[0], v.dilation[0]) - 1
  const pw = v.w + spanOf(v.size[1], v.dilation[1]) - 1
  const same = ph === v.oh && pw === v.ow
  const padded = same ? dy : b.perSample(ph * pw * v.n)
  const top = spanOf(v.size[0], v.dilation[0]) - 1 - v.top
  const left = spanOf(v.size[1], v.dilation[1]) - 1 - v.left
  const turnedWeights = b.arena.floats(panels(v.c) * 8 * taps * v.n)
  const pieces = piecesOf(v, v.n, pw)
  b.scratch(packedFloats(taps * v.n))
  add(() => {
    const args = { w: weights, taps, inner: v.c, N: v.n, flip: 1, panelStep: taps * v.n * 8, tapStep: v.n * 8, out: turnedWeights }
    return job('transposeWeights', panels(v.c), 1, args)
  })
  if (!same) add(batch => job('pad', batch, b.grain(batch), { x: dy, H: v.oh, W: v.ow, C: v.n, top, left, PH: ph, PW: pw, out: padded }))
  add(batch => {
    const units = batch * v.h * v.w
    return job('multiply', units, b.grain(units, 8, 48), {
      ...{ x: padded, positions: v.h * v.w, width: v.w, imageStep: ph * pw * v.n, rowStep: pw * v.n, colStep: v.n },
      ...pieces,
      ...{ weights: turnedWeights, out: to, N: v.c, bias: 0, mode: 0, gate },
    })
  })
}

/** dX by adding every output's share to its patch: any stride and dilation. */
const scattered = (b: Builder, add: Add, v: Window, weights: number, dy: number, { to, gate }: Target): void => {
  const x = paddedSize(v)
  const { segments: pieces, perRow, segment, pieceRow, pieceCol } = piecesOf(v, v.c, x.w)
  const turnedWeights = b.arena.floats(pieces * panels(segment) * 8 * v.n)
  const cropped = x.h !== v.h || x.w !== v.w
  const dx = cropped ? b.perSample(x.h * x.w * v.c) : to
  b.scratch(packedFloats(v.n))
  add(() => {
    const args = {
      w: weights,
      taps: pieces,
      inner: segment,
      N: v.n,
      flip: 0,
      panelStep: v.n * 8,
      tapStep: panels(segment) * v.n * 8,
      out: turnedWeights,
    }
    return job('transposeWeights', panels(segment), 1, args)
  })
  add(batch =>
    job('scatter', batch, b.grain(batch), {
      ...{ dy, positions: v.oh * v.ow, width: v.ow, channels: v.n, weights: turnedWeights, pieces, perRow, segment, pieceRow, pieceCol },
      ...{ dx, imageStep: x.h * x.w * v.c, rowStep: v.strides[0] * x.w * v.c, colStep: v.strides[1] * v.c, gate: cropped ? 0 : gate },
    }),
  )
  if (cropped)
    add(batch =>
      job('crop', batch, b.grain(batch), { x: dx, PH: x.h, PW: x.w, C: v.c, top: v.top, left: v.left, H: v.h, W: v.w, out: to, gate }),
    )
}

/** dX: what every output's gradient gives to the pixels that its window saw. */
export const spread = (b: Builder, add: Add, v: Window, weights: number, dy: number, target: Target): void => {
  const dense = v.strides[0] === 1 && v.strides[1] === 1 && v.h * v.w <= 1.3 * v.oh * v.ow
  if (dense) turned(b, add, v, weights, dy, target)
  else scattered(b, add, v, weights, dy, target)
}

/** dW, and the gradient of the bias if there is one. */
export const filterGradient = (b: Builder, v: Window, x: Padded, dy: number, kernel: Slot, bias: Slot | undefined): void => {
  const floats = kernel.floats + (bias?.floats ?? 0)
  const parts = b.parts(floats)
  const sums = parts === 1 ? 0 : b.arena.floats(parts * floats)
  const dw = sums || kernel.grad
  const db = bias ? (sums ? sums + 4 * kernel.floats : bias.grad) : 0
  b.backward(batch =>
    job('filterGradient', parts, 1, {
      ...{ x: x.at, height: v.oh, width: v.ow, imageStep: x.h * x.w * v.c, rowStep: v.strides[0] * x.w * v.c, colStep: v.strides[1] * v.c },
      ...piecesOf(v, v.c, x.w),
      ...{ dy, N: v.n, batch, parts, dw, db, partStep: floats },
    }),
  )
  if (sums) sumParts(b, dw, parts, floats, kernel)
  if (sums && bias) sumParts(b, db, parts, floats, bias)
}

/** The product of all windows of the image with the kernel, for a batch of this many samples. */
export const slid = (
  b: Builder,
  v: Window,
  x: Padded,
  batch: number,
  to: { readonly weights: number; readonly out: number; readonly bias: number; readonly mode: number; readonly gate: number },
): Job => {
  const units = batch * v.oh * v.ow
  return job('multiply', units, b.grain(units, 8, 48), {
    ...{ x: x.at, positions: v.oh * v.ow, width: v.ow },
    ...{ imageStep: x.h * x.w * v.c, rowStep: v.strides[0] * x.w * v.c, colStep: v.strides[1] * v.c },
    ...piecesOf(v, v.c, x.w),
    ...{ ...to, N: v.n },
  })
}

/** A convolution as a matrix product over patches; any stride, padding and dilation. */
export const directConvolution = (b: Builder, node: NodeOf<'conv2d'>, v: Window): ReturnType<Lower<'conv2d'>> => {
  const kernel = b.weight(node, 'kernel')
  const bias = b.weight(node, 'bias')
  if (!kernel) throw new Error(`${node.id} has no kernel.`)
  const x = paddedInput(b, make => b.forward(make), b.input(node).at, v)
  const { at: out } = b.output(node)
  b.scratch(packedFloats(v.size[0] * v.size[1] * v.c))
  const to = { weights: kernel.at, out, bias: bias?.at ?? 0, mode: node.relu ? 1 : 0, gate: 0 }
  b.forward(batch => slid(b, v, x, batch, to))
  return dy => {
    if (kernel.grad) filterGradient(b, v, x, dy, kernel, bias)
    const target = b.inputGradient(node)
    if (target) spread(b, make => b.backward(make), v, kernel.at, dy, target)
  }
}
