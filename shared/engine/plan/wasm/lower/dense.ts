import { job } from '../../../../kernels/wasm/program.ts'
import { type Builder, packedFloats } from '../builder.ts'
import { panels } from '../weights.ts'
import type { Lower } from './define.ts'

/** A product of `rows` rows of x (K wide) with weights in panels. */
const product = (
  b: Builder,
  rows: number,
  x: number,
  K: number,
  weights: number,
  out: number,
  N: number,
  bias: number,
  mode: number,
  gate: number,
) =>
  job('multiply', rows, b.grain(rows, rows > 4096 ? 8 : 2, 4), {
    ...{ x, positions: rows, width: rows, imageStep: 0, rowStep: 0, colStep: K },
    ...{ segments: 1, perRow: 1, segment: K, pieceRow: 0, pieceCol: 0 },
    ...{ weights, out, N, bias, mode, gate },
  })

/** A fully connected layer over the last axis. */
export const lowerDense: Lower<'dense'> = (b, node) => {
  const kernel = b.weight(node, 'kernel')
  const bias = b.weight(node, 'bias')
  if (!kernel) throw new Error(`${node.id} has no kernel.`)
  const { rows: K, columns: N } = kernel
  const x = b.input(node)
  const y = b.output(node)
  const perSample = y.size / N
  b.scratch(packedFloats(Math.max(K, N)))
  b.forward(batch => product(b, batch * perSample, x.at, K, kernel.at, y.at, N, bias?.at ?? 0, node.relu ? 1 : 0, 0))
  return dy => {
    if (kernel.grad) {
      const units = Math.ceil(K / 4)
      b.backward(batch =>
        job('denseGradient', units, b.grain(units), { x: x.at, rows: batch * perSample, inner: K, dy, N, dw: kernel.grad }),
      )
      if (bias) b.backward(batch => job('columnSums', panels(N), b.grain(panels(N), 2), { dy, rows: batch * perSample, N, out: bias.grad }))
    }
    const target = b.inputGradient(node)
    if (!target) return
    const turned = b.arena.floats(panels(K) * 8 * N)
    const units = panels(K)
    b.backward(() => {
      const args = { w: kernel.at, taps: 1, inner: K, N, flip: 0, panelStep: N * 8, tapStep: 0, out: turned }
      return job('transposeWeights', units, b.grain(units), args)
    })
    b.backward(batch => product(b, batch * perSample, dy, N, turned, target.to, K, 0, 0, target.gate))
  }
}
