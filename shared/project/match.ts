import type { NamedWeight } from '../engine/protocol.ts'
import type { Resolved } from '../graph/resolved.ts'
import { dims, type Shape, sameShape } from '../layers/shape.ts'
import { type Issue, issue } from '../result.ts'

const MOST_REPORTED = 20

/** Compares saved weights with what the network wants: those that fit, and a warning for each that does not or is missing. */
export const matchWeights = (
  weights: readonly NamedWeight[],
  resolved: Resolved,
): { readonly fitting: readonly NamedWeight[]; readonly issues: readonly Issue[] } => {
  const wanted = new Map<string, { id: string; shape: Shape }>(
    [...resolved.nodes].flatMap(([id, { weights: specs }]) =>
      specs.map(spec => [`${id}/${spec.name}`, { id, shape: spec.shape }] as const),
    ),
  )
  const issues: Issue[] = []
  const warn = (message: string, node?: string) =>
    issues.push(issue('weights/mismatch', message, { severity: 'warning', ...(node === undefined ? {} : { node }) }))
  const fitting = weights.filter(({ name, shape }) => {
    const spec = wanted.get(name)
    wanted.delete(name)
    if (spec && sameShape(spec.shape, shape)) return true
    if (spec) warn(`The saved weights “${name}” are ${dims(shape)}, but the network wants ${dims(spec.shape)}: they start afresh.`, spec.id)
    else warn(`The file holds weights “${name.slice(0, 80)}” that no layer of the network wants: they are left out.`)
    return false
  })
  for (const [name, { id }] of wanted) warn(`The file holds no weights “${name}”: they start afresh.`, id)
  return { fitting, issues: issues.slice(0, MOST_REPORTED) }
}
