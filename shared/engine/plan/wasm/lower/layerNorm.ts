import { job } from '../../../../kernels/wasm/program.ts'
import { sumParts } from '../builder.ts'
import { panels } from '../weights.ts'
import type { Lower } from './define.ts'

/** Layer normalisation over the last axis. */
export const lowerLayerNorm: Lower<'layerNorm'> = (b, node) => {
  const { epsilon } = node.op
  const C = node.shape.at(-1) ?? 1
  const wide = panels(C) * 8
  const gamma = b.weight(node, 'gamma')
  const beta = b.weight(node, 'beta')
  const x = b.input(node).at
  const { at: y, size } = b.output(node)
  const rowsOf = (batch: number) => (batch * size) / C
  const stats = b.perSample((2 * size) / C)
  b.scratch(2 * wide)
  b.forward(batch => {
    const args = { x, C, gamma: gamma?.at ?? 0, beta: beta?.at ?? 0, epsilon, stats, y }
    return job('layerNorm', rowsOf(batch), b.grain(rowsOf(batch)), args)
  })
  return dy => {
    const target = b.inputGradient(node)
    const learning = [gamma, beta].map(slot => (slot?.grad ? slot : null))
    if (!target && !learning.some(Boolean)) return
    const parts = 4 * b.threads
    const partStep = 2 * wide
    const sums = b.arena.floats(parts * partStep)
    const [dGamma = 0, dBeta = 0] = learning.map((slot, k) => (slot ? sums + 4 * k * wide : 0))
    b.backward(batch =>
      job('layerNormGradient', parts, 1, {
        ...{ x, dy, rows: rowsOf(batch), C, parts, gamma: gamma?.at ?? 0, stats },
        ...{ dx: target?.to ?? 0, gate: target?.gate ?? 0, dGamma, dBeta, partStep },
      }),
    )
    learning.forEach((slot, k) => {
      if (slot) sumParts(b, sums + 4 * k * wide, parts, partStep, slot)
    })
  }
}
