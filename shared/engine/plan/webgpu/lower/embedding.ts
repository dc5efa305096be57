import { type Binding, each, eachOf } from '../job.ts'
import type { Lower } from './define.ts'

/**
 * Rows of a table by number; NaN where the table has none. For the gradient, values that stand for the same row are linked in their order and the first
 * of them adds up for all, so that no two threads write to one place and sums come out alike every time.
 */
export const lowerEmbedding: Lower<'embedding'> = (b, node) => {
  const table = b.weight(node, 'embeddings')
  const [words = 0, width = 0] = table?.shape ?? []
  if (!table) throw new Error(`${node.id} has no table.`)
  const { range, size } = b.input(node)
  const x: Binding = { name: 'x', range }
  const ROW = `fn row_of(value: f32) -> i32 { return select(-1, i32(value), value > -1.0 && value < ${words}.0); }`
  const bindings = [x, { name: 'rows', range: table.group }, { name: 'y', range: b.output(node).range, written: true }]
  const look = `    let row = row_of(x[i / ${width}u]);
    if (row >= 0) { y[i] = rows[${table.at} + row * ${width} + i32(i % ${width}u)]; } else { y[i] = bitcast<f32>(i | 0x7fc00000u); }`
  b.forward(each(`embedding ${node.id}`, size * width, bindings, look, ROW))
  return dy => {
    if (!table.grads) return
    // Of each value: whether none before it stands for the same row, and the place of the next that does, or −1.
    const links = b.perSample(2 * size)
    const link = `    let row = row_of(x[i]);
    var first = 1.0; var next = -1.0;
    for (var k = 0u; k < i; k++) { if (row_of(x[k]) == row) { first = 0.0; break; } }
    for (var k = i + 1u; k < now.batch * ${size}u; k++) { if (row_of(x[k]) == row) { next = f32(k); break; } }
    links[2u * i] = first; links[2u * i + 1u] = next;`
    b.backward(each(`embedding ${node.id} links`, size, [x, { name: 'links', range: links, written: true }], link, ROW))
    const grads = { name: 'grads', range: table.grads, written: true }
    b.backward(eachOf(`embedding ${node.id} clear`, words * width, [grads], `    grads[${table.at}u + i] = 0.0;`))
    const sum = `    let at = i / ${width}u; let c = i % ${width}u; let row = row_of(x[at]);
    if (row >= 0 && links[2u * at] == 1.0) {
      var sum = 0.0;
      for (var k = i32(at); k >= 0; k = i32(links[2 * k + 1])) { sum += dy[u32(k) * ${width}u + c]; }
      grads[${table.at}u + u32(row) * ${width}u + c] = sum;
    }`
    const parts = [x, { name: 'links', range: links }, { name: 'dy', range: dy }, grads]
    b.backward(each(`embedding ${node.id} gradient`, size * width, parts, sum, ROW))
  }
}
