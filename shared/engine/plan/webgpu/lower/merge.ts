import type { NodeOf } from '../../plan.ts'
import { type Builder, mergeJobs } from '../builder.ts'
import { each, type Range } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** The gradient of each factor is the output's times all other factors. */
const productGradient = (b: Builder, node: NodeOf<'merge'>, factors: readonly Range[], size: number, dy: Range): void => {
  factors.forEach((_, k) => {
    const target = b.inputGradient(node, k)
    if (!target) return
    const others = factors.filter((_, other) => other !== k)
    for (const job of mergeJobs(`${node.id} gradient`, 'product', size, [dy, ...others], target.to, target)) b.backward(job)
  })
}

/** The first of the largest (or least) takes the gradient; `rest` keeps what is left for the others. */
const choiceGradient = (b: Builder, node: NodeOf<'merge'>, terms: readonly Range[], size: number, dy: Range): void => {
  const rest = b.scratch(b.batch * size)
  terms.forEach((x, k) => {
    const target = b.inputGradient(node, k)
    const left = k === 0 ? 'dy' : 'rest'
    const bindings = [
      { name: 'x', range: x },
      { name: 'y', range: b.output(node).range },
      ...(k === 0 ? [{ name: 'dy', range: dy }] : []),
      { name: 'rest', range: rest, written: true },
      ...(target ? targetBindings(target) : []),
    ]
    const take = target ? `let v = select(0.0, d, hit); ${gated(target.gate)}` : ''
    const body = `    let hit = x[i] == y[i]; let d = ${left}[i]; ${take} rest[i] = select(d, 0.0, hit);`
    b.backward(each(`${node.op.kind} ${node.id} gradient`, size, bindings, body))
  })
}

/** Tensors of one shape that become one, value by value. */
export const lowerMerge: Lower<'merge'> = (b, node) => {
  const { kind } = node.op
  const { range, size } = b.output(node)
  const terms = node.inputs.map((_, k) => b.input(node, k).range)
  for (const job of mergeJobs(node.id, kind, size, terms, range, { relu: node.relu })) b.forward(job)
  return dy => {
    if (kind === 'sum') for (const k of terms.keys()) b.passGradient(node, k, dy)
    else if (kind === 'product') productGradient(b, node, terms, size, dy)
    else choiceGradient(b, node, terms, size, dy)
  }
}
