import { layerOf } from '../layers/registry.ts'
import { fail, ok, type Result } from '../result.ts'
import type { Graph, GraphNode, ProjectFile } from './document.ts'
import { setFrozen } from './edit.ts'
import { orderOf, wiresFrom, wiresInto } from './order.ts'
import type { Resolved } from './resolved.ts'

/** A line through the network between its input and its output: what lies before it, the trunk, keeps what it has learned. */
export interface Cut {
  /** Wires that the line crosses. */
  readonly wires: readonly string[]
  /** Nodes before the line, in document order. */
  readonly trunk: readonly string[]
  /** Nodes of the trunk whose wires are crossed. */
  readonly ends: readonly string[]
  /** Nodes behind the line. */
  readonly rest: readonly string[]
}

const nameOf = (graph: Graph, id: string | undefined): string => graph.nodes.find(node => node.id === id)?.name ?? id ?? ''

/** The given nodes and everything that feeds them (`up`) or that they feed (`down`); wires in `without` do not count. */
const reach = (
  graph: Graph,
  start: Iterable<string>,
  way: 'up' | 'down',
  without: ReadonlySet<string> = new Set(),
): ReadonlySet<string> => {
  const wires = way === 'up' ? wiresInto(graph) : wiresFrom(graph)
  const found = new Set(start)
  for (const id of found) for (const wire of wires.get(id) ?? []) if (!without.has(wire.id)) found.add(way === 'up' ? wire.from : wire.to)
  return found
}

const cutFrom = (graph: Graph, trunk: ReadonlySet<string>): Cut => {
  const wires = graph.wires.filter(wire => trunk.has(wire.from) && !trunk.has(wire.to))
  const behind = reach(
    graph,
    wires.map(wire => wire.to),
    'down',
  )
  const rest = reach(graph, behind, 'up')
  const inOrder = (ids: ReadonlySet<string>) => graph.nodes.filter(node => ids.has(node.id)).map(node => node.id)
  return {
    wires: wires.map(wire => wire.id),
    trunk: inOrder(trunk),
    ends: inOrder(new Set(wires.map(wire => wire.from))),
    rest: inOrder(new Set([...rest].filter(id => !trunk.has(id)))),
  }
}

const inputsOf = (graph: Graph): readonly string[] =>
  graph.nodes.filter(node => layerOf(node.type)?.input.arity === 'none').map(node => node.id)

/** Where a way from an input to an end of the network is left open: its last layer that the line could still cut below. */
const leak = (graph: Graph, crossed: ReadonlySet<string>): string | null => {
  const leaving = wiresFrom(graph)
  const reached = reach(graph, inputsOf(graph), 'down', crossed)
  const ends = graph.nodes.filter(node => reached.has(node.id) && !leaving.has(node.id))
  const behind = reach(
    graph,
    graph.wires.filter(wire => crossed.has(wire.id)).map(wire => wire.to),
    'down',
  )
  const open = ends.find(node => behind.has(node.id))
  if (!open) return ends[0]?.id ?? null
  return (
    graph.wires.find(wire => !crossed.has(wire.id) && reached.has(wire.from) && !behind.has(wire.from) && behind.has(wire.to))?.from ??
    open.id
  )
}

/** The cut that a line across these wires makes; says why when it does not part the inputs from the outputs. */
export const cutAt = ({ graph }: ProjectFile, wireIds: readonly string[]): Result<Cut> => {
  const crossed = new Set(wireIds)
  const wires = graph.wires.filter(wire => crossed.has(wire.id))
  if (wires.length === 0) return fail('cut/no-wire', 'The line crosses no wire: draw it across the wires between two layers.')
  const behind = reach(
    graph,
    wires.map(wire => wire.to),
    'down',
  )
  const twice = wires.find(wire => behind.has(wire.from))
  if (twice)
    return fail(
      'cut/twice',
      `The line crosses the way through "${nameOf(graph, twice.from)}" more than once: let it cross each way once.`,
      {
        node: twice.from,
      },
    )
  const open = leak(graph, crossed)
  if (open !== null)
    return fail('cut/leak', `The line leaves a way round it, after "${nameOf(graph, open)}": let it cross that wire as well.`, {
      node: open,
    })
  return ok(
    cutFrom(
      graph,
      reach(
        graph,
        wires.map(wire => wire.from),
        'up',
      ),
    ),
  )
}

/** The cut just below a layer: it and everything before it stays. */
export const cutBelow = ({ graph }: ProjectFile, id: string): Result<Cut> => {
  if (!graph.nodes.some(node => node.id === id)) return fail('cut/no-node', `There is no layer "${id}" to cut below.`, { received: id })
  if (!wiresFrom(graph).has(id))
    return fail('cut/at-end', `Nothing follows "${nameOf(graph, id)}": cut below a layer further up.`, { node: id })
  return ok(cutFrom(graph, reach(graph, [id], 'up')))
}

const weighs = (node: GraphNode): boolean => layerOf(node.type)?.weights !== undefined

/** Layers with weights among these nodes. */
export const weighing = ({ graph }: ProjectFile, ids: readonly string[]): readonly string[] => {
  const chosen = new Set(ids)
  return graph.nodes.filter(node => chosen.has(node.id) && weighs(node)).map(node => node.id)
}

/** Freezes the layers before a cut and lets those behind it learn. */
export const freezeTrunk = (doc: ProjectFile, { trunk }: Cut): ProjectFile => {
  const kept = weighing(doc, trunk)
  const free = doc.graph.nodes.filter(node => node.frozen && !kept.includes(node.id)).map(node => node.id)
  return setFrozen(setFrozen(doc, kept, true), free, false)
}

/** Layers that the end of a network is made of. */
const HEAD_TYPES: ReadonlySet<string> = new Set([
  'dense',
  'dropout',
  'activation',
  'softmax',
  'relu',
  'flatten',
  'globalAveragePooling2d',
  'globalMaxPooling2d',
  'globalAveragePooling1d',
  'globalMaxPooling1d',
])

/** Head layers that belong to what stands before them when nothing else of the head does. */
const CLINGING: ReadonlySet<string> = new Set(['relu', 'activation', 'softmax'])

/** A trunk with what only passes its values on: activations, poolings and joins that nothing else feeds. */
const grown = (doc: ProjectFile, frozen: readonly string[]): ReadonlySet<string> => {
  const { graph } = doc
  const trunk = new Set(reach(graph, frozen, 'up'))
  const into = wiresInto(graph)
  const passes = ({ id, type }: GraphNode): boolean =>
    !layerOf(type)?.weights && (!HEAD_TYPES.has(type) || CLINGING.has(type)) && (into.get(id) ?? []).every(wire => trunk.has(wire.from))
  const byId = new Map(graph.nodes.map(node => [node.id, node]))
  for (const id of orderOf(graph).sorted) {
    const node = byId.get(id)
    if (node && passes(node) && wiresFrom(graph).has(id)) trunk.add(id)
  }
  return trunk
}

/** Where a network is parted when nobody has drawn a line: below its frozen layers, else above the dense layers at its end. Null when nothing with weights would be left before it. */
export const usualCut = (doc: ProjectFile): Cut | null => {
  const { graph } = doc
  const frozen = graph.nodes.filter(node => node.frozen && !node.bypassed && weighs(node)).map(node => node.id)
  const trunk = frozen.length > 0 ? grown(doc, frozen) : bodyOf(doc)
  const cut = trunk ? cutFrom(graph, trunk) : null
  return cut && cut.rest.length > 0 && weighing(doc, cut.trunk).length > 0 ? cut : null
}

/** Everything before the dense layers at the end; before the last of them where there is nothing else with weights. */
const bodyOf = (doc: ProjectFile): ReadonlySet<string> | null => {
  const { graph } = doc
  const types = new Map(graph.nodes.map(node => [node.id, node.type]))
  const into = wiresInto(graph)
  const chain: string[] = []
  let at = orderOf(graph).sorted.findLast(id => !wiresFrom(graph).has(id))
  while (at !== undefined && HEAD_TYPES.has(types.get(at) ?? '')) {
    chain.push(at)
    const before: readonly { readonly from: string }[] = into.get(at) ?? []
    at = before.length === 1 ? before[0]?.from : undefined
  }
  while (CLINGING.has(types.get(chain.at(-1) ?? '') ?? '')) chain.pop()
  const before = (id: string | undefined) =>
    reach(
      graph,
      (into.get(id ?? '') ?? []).map(wire => wire.from),
      'up',
    )
  const whole = before(chain.at(-1))
  if (weighing(doc, [...whole]).length > 0) return whole
  const last = chain.find(id => types.get(id) === 'dense')
  return last === undefined ? null : before(last)
}

/** Parameters of the layers that training changes, of those that are frozen, and how many layers are frozen. */
export const frozenCounts = ({
  nodes,
  totals,
}: Resolved): { readonly trainable: number; readonly frozen: number; readonly layers: number } => {
  let frozen = 0
  let layers = 0
  for (const { node, parameters } of nodes.values()) {
    if (!node.frozen || node.bypassed || parameters === 0) continue
    frozen += parameters
    layers += 1
  }
  return { trainable: totals.trainable, frozen, layers }
}
