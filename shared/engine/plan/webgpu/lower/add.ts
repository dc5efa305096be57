import { addUp } from '../builder.ts'
import type { Lower } from './define.ts'

/** Sum of tensors of one shape. */
export const lowerAdd: Lower<'add'> = (b, node) => {
  const { range, size } = b.output(node)
  const terms = node.inputs.map((_, k) => b.input(node, k).range)
  for (const job of addUp(node.id, size, terms, range, { relu: node.relu })) b.forward(job)
  return dy => {
    for (let k = 0; k < terms.length; k++) b.passGradient(node, k, dy)
  }
}
