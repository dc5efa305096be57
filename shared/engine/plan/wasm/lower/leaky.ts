import { job } from '../../../../kernels/wasm/program.ts'
import type { Axis } from '../../../../layers/plan.ts'
import { sizeOf } from '../../../../layers/shape.ts'
import type { NodeOf } from '../../plan.ts'
import type { Builder } from '../builder.ts'
import type { Slot } from '../weights.ts'
import type { Lower } from './define.ts'
import { moveJob } from './move.ts'

/** Slopes that are learned: the weight, and where one for each value of a sample lies. */
interface Slopes {
  readonly alpha: Slot
  readonly axes: readonly Axis[]
  readonly each: number
}

/** Spreads the slopes over the values that share them, anew in each step. */
const spreadSlopes = (b: Builder, node: NodeOf<'leaky'>, axes: readonly Axis[], size: number): Slopes => {
  const alpha = b.weight(node, 'alpha')
  if (!alpha) throw new Error(`${node.id} has no slopes.`)
  const slopes = sizeOf(alpha.shape)
  if (slopes === size) return { alpha, axes, each: alpha.at }
  const each = b.arena.floats(size)
  b.forward(() => moveJob(b, 1, { x: alpha.at, size: slopes, start: 0, axes, y: each }))
  return { alpha, axes, each }
}

const slopesGradient = (b: Builder, { alpha, axes, each }: Slopes, x: number, size: number, dy: number): void => {
  if (!alpha.grad) return
  const shared = each !== alpha.at
  const out = shared ? b.arena.floats(size) : alpha.grad
  const units = Math.ceil(size / 256)
  b.backward(batch => job('leakySlopes', units, b.grain(units), { x, dy, size, batch, out }))
  if (shared) b.backward(() => moveJob(b, 1, { x: alpha.grad, size: sizeOf(alpha.shape), start: 0, axes, y: out }, { back: true }))
}

/** Values below 0 times a slope, a number or learned. */
export const lowerLeaky: Lower<'leaky'> = (b, node) => {
  const { slope } = node.op
  const { at: x, size } = b.input(node)
  const learned = typeof slope === 'number' ? null : spreadSlopes(b, node, slope, size)
  const slopes = { slopes: learned?.each ?? 0, slope: typeof slope === 'number' ? slope : 0 }
  b.forward(batch => job('leaky', batch, b.grain(batch), { x, size, ...slopes, y: b.output(node).at }))
  return dy => {
    if (learned) slopesGradient(b, learned, x, size, dy)
    const target = b.inputGradient(node)
    if (!target) return
    const { to: dx, gate } = target
    b.backward(batch => job('leakyGradient', batch, b.grain(batch), { x, dy, size, ...slopes, dx, gate }))
  }
}
