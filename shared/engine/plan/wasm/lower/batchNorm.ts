import { job } from '../../../../kernels/wasm/program.ts'
import type { Lower } from './define.ts'

/** Batch normalisation over the last axis; a frozen one uses its moving statistics in training too. */
export const lowerBatchNorm: Lower<'batchNorm'> = (b, node) => {
  const { momentum, epsilon } = node.op
  const C = node.shape.at(-1) ?? 1
  const wide = Math.ceil(C / 4) * 4
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(name => b.weight(node, name))
  if (!mean || !variance) throw new Error(`${node.id} has no moving statistics.`)
  const x = b.input(node).at
  const { at: y, size } = b.output(node)
  const rowsOf = (batch: number) => (batch * size) / C
  const parts = 2 * b.threads
  const sums = b.arena.floats(parts * 2 * wide)
  const stats = b.arena.floats(2 * wide)
  const affine = b.arena.floats(2 * wide)
  const weights = { gamma: gamma?.at ?? 0, beta: beta?.at ?? 0 }
  const moving = { movingMean: mean.at, movingVariance: variance.at }
  b.scratch(2 * wide)
  const fromMoving = () => job('normMoving', 1, 1, { C, ...weights, epsilon, ...moving, affine })
  b.infer(fromMoving)
  if (node.frozen) b.train(fromMoving)
  else {
    b.train(batch => job('normSums', parts, 1, { x, rows: rowsOf(batch), C, parts, out: sums }))
    b.train(batch =>
      job('normFinish', 1, 1, { x, sums, parts, rows: rowsOf(batch), C, ...weights, epsilon, momentum, ...moving, stats, affine }),
    )
  }
  b.forward(batch => job('normApply', rowsOf(batch), b.grain(rowsOf(batch)), { x, C, affine, relu: node.relu ? 1 : 0, y }))
  return dy => {
    const target = b.inputGradient(node)
    if (node.frozen) {
      if (target)
        b.backward(batch =>
          job('scaleColumns', rowsOf(batch), b.grain(rowsOf(batch)), { x: dy, C, factor: affine, out: target.to, gate: target.gate }),
        )
      return
    }
    const coefficients = b.arena.floats(3 * wide)
    b.backward(batch => job('normGradientSums', parts, 1, { x, dy, rows: rowsOf(batch), C, parts, stats, out: sums }))
    b.backward(batch => {
      const grads = { dGamma: gamma?.grad ?? 0, dBeta: beta?.grad ?? 0 }
      return job('normGradientFinish', 1, 1, { sums, parts, rows: rowsOf(batch), C, gamma: weights.gamma, stats, ...grads, coefficients })
    })
    if (target)
      b.backward(batch =>
        job('normGradientApply', rowsOf(batch), b.grain(rowsOf(batch)), {
          x,
          dy,
          C,
          stats,
          coefficients,
          dx: target.to,
          gate: target.gate,
        }),
      )
  }
}
