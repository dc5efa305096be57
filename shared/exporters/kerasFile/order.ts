import type { Resolved } from '../../graph/resolved.ts'

/** Nodes in the order in which a walk back from the outputs first meets them, and in the order in which it leaves them. */
const walk = ({ nodes, outputs }: Resolved): { readonly met: ReadonlyMap<string, number>; readonly left: readonly string[] } => {
  const met = new Map<string, number>()
  const left: string[] = []
  for (const output of outputs) {
    const open: { readonly id: string; next: number }[] = []
    const enter = (id: string): void => {
      if (met.has(id)) return
      met.set(id, met.size)
      open.push({ id, next: 0 })
    }
    enter(output)
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const source = nodes.get(top.id)?.sources[top.next++]
      if (source !== undefined) enter(source)
      else left.push(open.pop()?.id ?? '')
    }
  }
  return { met, left }
}

/**
 * Ids of the nodes in the order that Keras gives the layers of a functional model, on which the names in its weight files depend: by the
 * longest way to an output, then as a walk back from the outputs meets them (`map_graph` in keras/src/ops/function.py).
 */
export const kerasOrder = (resolved: Resolved): readonly string[] => {
  const { met, left } = walk(resolved)
  const depths = new Map<string, number>()
  for (const id of [...left].reverse()) {
    const depth = depths.get(id) ?? 0
    depths.set(id, depth)
    for (const source of resolved.nodes.get(id)?.sources ?? []) depths.set(source, Math.max(depth + 1, depths.get(source) ?? 0))
  }
  return [...left].sort((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0) || (met.get(a) ?? 0) - (met.get(b) ?? 0))
}
