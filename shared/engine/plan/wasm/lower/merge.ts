import type { NodeOf } from '../../plan.ts'
import { type Builder, mergeJobs } from '../builder.ts'
import type { Lower } from './define.ts'

/** The gradient of each factor is the output's times all other factors. */
const productGradient = (b: Builder, node: NodeOf<'merge'>, factors: readonly number[], size: number, dy: number): void => {
  factors.forEach((_, k) => {
    const target = b.inputGradient(node, k)
    if (!target) return
    const others = factors.filter((_, other) => other !== k)
    for (const make of mergeJobs(b, 'product', size, [dy, ...others], target.to, target)) b.backward(make)
  })
}

/** The first of the largest (or least) takes the gradient. */
const choiceGradient = (b: Builder, node: NodeOf<'merge'>, terms: readonly number[], size: number, dy: number): void => {
  const rest = b.perSample(size)
  terms.forEach((x, k) => {
    const target = b.inputGradient(node, k)
    const args = { x, y: b.output(node).at, left: k === 0 ? dy : rest, dx: target?.to ?? 0, gate: target?.gate ?? 0, rest }
    b.backward(batch => b.each('handOn', batch * size, args))
  })
}

/** Tensors of one shape that become one, value by value. */
export const lowerMerge: Lower<'merge'> = (b, node) => {
  const { kind } = node.op
  const { at: out, size } = b.output(node)
  const terms = node.inputs.map((_, k) => b.input(node, k).at)
  for (const make of mergeJobs(b, kind, size, terms, out, { relu: node.relu })) b.forward(make)
  return dy => {
    if (kind === 'sum') for (const k of terms.keys()) b.passGradient(node, k, dy)
    else if (kind === 'product') productGradient(b, node, terms, size, dy)
    else choiceGradient(b, node, terms, size, dy)
  }
}
