import type { Graph } from './document.ts'

type Groups = ReadonlyMap<string, Graph['wires']>

/** Wires by the node they enter, in list order. */
export const wiresInto = (graph: Graph): Groups => group(graph.wires, 'to')

/** Wires by the node they leave, in list order. */
export const wiresFrom = (graph: Graph): Groups => group(graph.wires, 'from')

// Most edits leave the wires as they are, so their lists are kept by identity.
const grouped = { from: new WeakMap<Graph['wires'], Groups>(), to: new WeakMap<Graph['wires'], Groups>() }

const group = (wires: Graph['wires'], end: 'from' | 'to'): Groups => {
  const known = grouped[end].get(wires)
  if (known) return known
  const byNode = new Map<string, Graph['wires'][number][]>()
  for (const wire of wires) {
    const list = byNode.get(wire[end])
    if (list) list.push(wire)
    else byNode.set(wire[end], [wire])
  }
  grouped[end].set(wires, byNode)
  return byNode
}

/** Topological order (Kahn 1962, ties in document order); `stuck` are the nodes on a cycle or behind one, in document order. */
export const orderOf = (graph: Graph): { readonly sorted: readonly string[]; readonly stuck: readonly string[] } => {
  const open = new Map(graph.nodes.map(node => [node.id, 0]))
  for (const wire of graph.wires) open.set(wire.to, (open.get(wire.to) ?? 0) + 1)
  const leaving = wiresFrom(graph)
  const sorted = graph.nodes.filter(node => open.get(node.id) === 0).map(node => node.id)
  for (let i = 0; i < sorted.length; i++) {
    for (const wire of leaving.get(sorted[i] ?? '') ?? []) {
      const left = (open.get(wire.to) ?? 0) - 1
      open.set(wire.to, left)
      if (left === 0) sorted.push(wire.to)
    }
  }
  return { sorted, stuck: graph.nodes.filter(node => (open.get(node.id) ?? 0) > 0).map(node => node.id) }
}

/** Node ids on the shortest way along the wires from one node to another, both included; null when there is none. */
export const pathBetween = (graph: Graph, from: string, to: string): readonly string[] | null => {
  const leaving = wiresFrom(graph)
  const cameFrom = new Map<string, string>()
  const queue = [from]
  for (const id of queue) {
    for (const wire of leaving.get(id) ?? []) {
      if (wire.to === to) return trace(cameFrom, from, id, to)
      if (cameFrom.has(wire.to) || wire.to === from) continue
      cameFrom.set(wire.to, id)
      queue.push(wire.to)
    }
  }
  return null
}

const trace = (cameFrom: ReadonlyMap<string, string>, from: string, last: string, to: string): readonly string[] => {
  const path = [to]
  for (let at: string | undefined = last; at !== undefined; at = at === from ? undefined : cameFrom.get(at)) path.unshift(at)
  return path
}

/** One cycle among the stuck nodes, its first node repeated at the end; null when there is none. */
export const cycleAmong = (graph: Graph, stuck: readonly string[]): readonly string[] | null => {
  // Walking backwards from a stuck node along stuck sources must come round, because each has one.
  const inside = new Set(stuck)
  const entering = wiresInto(graph)
  const seen = new Set<string>()
  let at = stuck[0]
  while (at !== undefined && !seen.has(at)) {
    seen.add(at)
    at = entering.get(at)?.find(wire => inside.has(wire.from))?.from
  }
  return at === undefined ? null : pathBetween(graph, at, at)
}
