import { job } from '../../../../kernels/wasm/program.ts'
import type { Lower } from './define.ts'

/** Rows of a table by number. Its gradient is made by blocks of rows, so that each is summed in the same order on any number of threads. */
export const lowerEmbedding: Lower<'embedding'> = (b, node) => {
  const table = b.weight(node, 'embeddings')
  const [words = 0, width = 0] = table?.shape ?? []
  if (!table) throw new Error(`${node.id} has no table.`)
  const x = b.input(node)
  const out = b.output(node).at
  b.forward(batch => {
    const values = batch * x.size
    return job('lookUp', values, b.grain(values), { x: x.at, table: table.at, words, width, out })
  })
  return dy => {
    if (!table.grad) return
    const units = Math.min(words, 4 * b.threads)
    const block = Math.ceil(words / units)
    b.backward(batch => job('lookUpGradient', units, 1, { x: x.at, count: batch * x.size, dy, block, words, width, dw: table.grad }))
  }
}
