import type { Shape } from '../../../layers/shape.ts'
import { sizeOf } from '../../../layers/shape.ts'
import type { PlanNode } from '../plan.ts'
import type { Range } from './job.ts'

/** Where one weight tensor lies: row-major, in the range that all weights of its layer share. */
export interface Slot {
  /** `<node id>/<weight name>`. */
  readonly name: string
  readonly shape: Shape
  readonly floats: number
  /** All weights of the layer that learn, or all that do not. */
  readonly group: Range
  /** Place of the gradients of the group; null for weights that training leaves alone. */
  readonly grads: Range | null
  /** Place in the group. */
  readonly at: number
}

/** Rounds up to where a binding may start, in floats. */
export const aligned = (floats: number): number => Math.ceil(floats / 64) * 64

/** Weights of all layers: those that learn in one stretch of `learning` floats, the others in one of `fixed` floats. */
export interface WeightPlaces {
  readonly slots: readonly Slot[]
  readonly learning: number
  readonly fixed: number
}

/** Lays out all weights; `buffers` are the numbers of the buffers for learning weights, their gradients and fixed weights. */
export const placeWeights = (
  nodes: readonly PlanNode[],
  buffers: { readonly weights: number; readonly grads: number; readonly fixed: number },
): WeightPlaces => {
  const slots: Slot[] = []
  const used = { learning: 0, fixed: 0 }
  for (const node of nodes)
    for (const learns of [true, false]) {
      const own = node.weights.filter(weight => (weight.trainable && !node.frozen) === learns)
      if (own.length === 0) continue
      const kind = learns ? 'learning' : 'fixed'
      const floats = own.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
      const group = { buffer: learns ? buffers.weights : buffers.fixed, at: used[kind], floats }
      const grads = learns ? { buffer: buffers.grads, at: used[kind], floats } : null
      let at = 0
      for (const { name, shape } of own) {
        slots.push({ name: `${node.id}/${name}`, shape, floats: sizeOf(shape), group, grads, at })
        at += sizeOf(shape)
      }
      used[kind] += aligned(floats)
    }
  return { slots, ...used }
}
