import { type Job, job } from '../../../../kernels/wasm/program.ts'
import { convolutionOf, imageOf } from '../../window.ts'
import { type Builder, type MakeJob, sumParts } from '../builder.ts'
import type { Slot } from '../weights.ts'
import { type Lower, windowArgs } from './define.ts'

type Args = ReturnType<typeof windowArgs>

const kernelGradient = (b: Builder, win: Args, x: number, dy: number, kernel: Slot, bias: Slot | undefined): void => {
  const partStep = kernel.floats + (bias?.floats ?? 0)
  const parts = b.parts(partStep)
  const sums = parts === 1 ? 0 : b.arena.floats(parts * partStep)
  const dw = sums || kernel.grad
  const db = bias ? (sums ? sums + 4 * kernel.floats : bias.grad) : 0
  b.backward(batch => job('depthwiseFilterGradient', parts, 1, { x, ...win, dy, batch, parts, dw, db, partStep }))
  if (sums) sumParts(b, dw, parts, partStep, kernel)
  if (sums && bias) sumParts(b, db, parts, partStep, bias)
}

/** Every channel for itself. With several kernels per channel, channels are repeated first, so that each kernel has its own. */
export const lowerDepthwise: Lower<'depthwise'> = (b, node) => {
  const kernel = b.weight(node, 'kernel')
  const bias = b.weight(node, 'bias')
  if (!kernel) throw new Error(`${node.id} has no kernel.`)
  const win = windowArgs(convolutionOf(node.op, node.inputShapes[0] ?? [], node.shape))
  const { H, W, C, OH } = win
  const channels = imageOf(node.inputShapes[0] ?? []).c
  const times = C / channels
  const perPixel = (make: (pixels: number, grain: number) => Job): MakeJob => {
    return batch => make(batch * H * W, b.grain(batch * H * W))
  }
  const x = times === 1 ? b.input(node).at : b.perSample(H * W * C)
  if (times > 1) {
    const args = { x: b.input(node).at, C: channels, times, out: x }
    b.forward(perPixel((pixels, grain) => job('repeatChannels', pixels, grain, args)))
  }
  const y = b.output(node).at
  b.forward(batch => {
    const args = { x, ...win, w: kernel.at, bias: bias?.at ?? 0, relu: node.relu ? 1 : 0, y }
    return job('depthwise', batch * OH, b.grain(batch * OH), args)
  })
  return dy => {
    if (kernel.grad) kernelGradient(b, win, x, dy, kernel, bias)
    const target = b.inputGradient(node)
    if (!target) return
    const dx = times === 1 ? target.to : b.perSample(H * W * C)
    b.backward(batch => {
      const args = { dy, ...win, w: kernel.at, dx, gate: times === 1 ? target.gate : 0 }
      return job('depthwiseInputGradient', batch * H, b.grain(batch * H), args)
    })
    if (times === 1) return
    const args = { x: dx, C: channels, times, out: target.to, gate: target.gate }
    b.backward(perPixel((pixels, grain) => job('sumChannels', pixels, grain, args)))
  }
}
