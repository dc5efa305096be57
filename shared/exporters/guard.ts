import type { Resolved } from '../graph/resolved.ts'
import { sizeOf } from '../layers/shape.ts'
import { fail, failAll, ok, type Result } from '../result.ts'
import type { ExportInput } from './define.ts'

/** The user's name of a node in quotes, else its id; for messages. */
export const called = (resolved: Resolved, id: string): string => `"${resolved.nodes.get(id)?.node.name || id}"`

/** Ids of the nodes that take part in the network, in topological order: bypassed ones are left out. */
export const activeNodes = (resolved: Resolved): string[] => resolved.order.filter(id => resolved.nodes.get(id)?.node.bypassed === false)

/** Refuses a network without nodes. */
export const checkNotEmpty = ({ nodes }: Resolved): Result<null> =>
  nodes.size > 0 ? ok(null) : fail('export/empty', 'The network has no layers yet: there is nothing to draw.')

/** Refuses a network that has errors, or a layer this version does not know, naming the node. */
export const checkGraph = (resolved: Resolved): Result<null> => {
  for (const id of activeNodes(resolved)) {
    const entry = resolved.nodes.get(id)
    if (entry && !entry.def)
      return fail(
        'export/unknown-layer',
        `The node ${called(resolved, id)} is of the type "${entry.node.type}", which this version cannot export; replace it first.`,
        { node: id },
      )
  }
  return resolved.buildable ? ok(null) : failAll(resolved.issues.filter(i => i.severity === 'error'))
}

/** Refuses weights that are missing, of the wrong size, NaN or infinite, naming the node. */
export const checkWeights = ({ resolved, weights }: ExportInput): Result<null> => {
  const byName = new Map(weights.map(w => [w.name, w]))
  for (const id of activeNodes(resolved)) {
    for (const spec of resolved.nodes.get(id)?.weights ?? []) {
      const weight = byName.get(`${id}/${spec.name}`)
      if (weight?.values.length !== sizeOf(spec.shape))
        return fail(
          'export/missing-weights',
          `The ${spec.name} of ${called(resolved, id)} is ${weight ? 'not of the size the layer needs' : 'missing'}; train the network again before exporting it.`,
          { node: id },
        )
      const bad = weight.values.findIndex(v => !Number.isFinite(v))
      if (bad >= 0)
        return fail(
          'export/not-finite',
          `The ${spec.name} of ${called(resolved, id)} holds ${weight.values[bad]} at place ${bad}; train again with a lower learning rate before exporting.`,
          { node: id, received: String(weight.values[bad]) },
        )
    }
  }
  return ok(null)
}
