import { optimizers } from '../engine/optimizers.ts'
import { sizeOf } from '../layers/shape.ts'
import type { TrainingSetup } from './document.ts'
import type { ResolvedNode, Totals } from './resolved.ts'

const FLOAT_BYTES = 4

/** Sums the nodes up; bypassed nodes count nothing. */
export const totalsOf = (nodes: Iterable<ResolvedNode>, training: TrainingSetup): Totals => {
  const sum = { layers: 0, parameters: 0, trainable: 0, multiplyAdds: 0 }
  let activations = 0
  for (const resolved of nodes) {
    if (resolved.node.bypassed) continue
    sum.layers += 1
    sum.parameters += resolved.parameters
    sum.trainable += resolved.trainable
    sum.multiplyAdds += resolved.multiplyAdds
    activations += resolved.output ? sizeOf(resolved.output) : 0
  }
  const weightValues = sum.parameters + sum.trainable * (1 + optimizers[training.optimizer].slots)
  return {
    ...sum,
    weightBytes: sum.parameters * FLOAT_BYTES,
    // Each activation is kept for the backward pass and has a gradient of the same size.
    trainingBytes: (weightValues + 2 * activations * training.batchSize) * FLOAT_BYTES,
  }
}
