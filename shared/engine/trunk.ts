import type { PreparedData } from '../data/prepared.ts'
import type { Resolved, ResolvedNode } from '../graph/resolved.ts'
import { layerOf } from '../layers/registry.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'

/** Layers from the input up to one node that give the same output for a sample in every step, because nothing in them learns or is random. */
export interface Trunk {
  /** The node whose output is kept. */
  readonly end: string
  readonly shape: Shape
  /** All its nodes, the end included. */
  readonly nodes: ReadonlySet<string>
  /** How many of them have weights. */
  readonly layers: number
}

/** Most bytes of outputs that are kept. */
export const FEATURE_LIMIT = 2 ** 29

/** Layers of this group draw random numbers while training, also frozen ones, as in Keras. */
const RANDOM_GROUP = 'regularisation'

const ancestors = (nodes: Resolved['nodes'], end: string): ReadonlySet<string> => {
  const found = new Set([end])
  for (const id of found) for (const source of nodes.get(id)?.sources ?? []) found.add(source)
  return found
}

/** Nodes whose outputs are the same in every step: all before them is, they do not learn and are not random. */
const steady = ({ order, nodes }: Resolved, isRandom: (id: string) => boolean): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const id of order) {
    const entry = nodes.get(id)
    if (!entry || entry.node.bypassed || entry.def?.category === RANDOM_GROUP || isRandom(id)) continue
    if ((entry.weights.length === 0 || entry.node.frozen) && entry.sources.every(source => found.has(source))) found.add(id)
  }
  return found
}

/** Every trunk of a network with one input and one output, the longest last; `isRandom` names layers that draw random numbers. */
export const trunksOf = (resolved: Resolved, isRandom: (id: string) => boolean = () => false): readonly Trunk[] => {
  const { nodes, inputs, outputs } = resolved
  if (inputs.length !== 1 || outputs.length !== 1) return []
  const active = [...nodes.values()].filter(({ node }) => !node.bypassed)
  const still = steady(resolved, isRandom)
  return resolved.order.flatMap((end): readonly Trunk[] => {
    const entry = nodes.get(end)
    if (!entry?.output || !still.has(end) || end === outputs[0] || entry.sources.length === 0) return []
    const trunk = ancestors(nodes, end)
    const layers = [...trunk].filter(id => (nodes.get(id)?.weights.length ?? 0) > 0).length
    const parts = active.every(({ node, sources }) => trunk.has(node.id) || sources.every(source => source === end || !trunk.has(source)))
    return layers > 0 && parts ? [{ end, shape: entry.output, nodes: trunk, layers }] : []
  })
}

/** Bytes of a trunk's outputs for the training and validation parts. */
export const featureBytes = ({ shape }: Trunk, { train, validation }: PreparedData): number =>
  4 * sizeOf(shape) * (train.count + validation.count)

const entrance = (end: ResolvedNode): ResolvedNode => ({
  ...end,
  node: { ...end.node, type: 'input', params: { shape: end.output }, frozen: false },
  def: layerOf('input'),
  params: { shape: end.output },
  ...{ sources: [], inputs: [], weights: [], parameters: 0, trainable: 0, multiplyAdds: 0, issues: [] },
})

/** What follows a trunk, as a network of its own whose input takes the trunk's place. */
export const headAfter = (resolved: Resolved, { end, nodes: trunk }: Trunk): Resolved => {
  const kept = [...resolved.nodes].filter(([id, { node }]) => !trunk.has(id) && !node.bypassed)
  const last = resolved.nodes.get(end)
  const nodes = new Map([...(last ? ([[end, entrance(last)]] as const) : []), ...kept])
  return { ...resolved, nodes, inputs: [end], order: resolved.order.filter(id => nodes.has(id)) }
}

/** Multiply-adds of a training step for one sample: a layer behind which gradients end is counted once, others three times. */
export const effortOf = ({ order, nodes }: Resolved): number => {
  const learns = new Set<string>()
  let sum = 0
  for (const id of order) {
    const entry = nodes.get(id)
    if (!entry || entry.node.bypassed) continue
    if (entry.trainable > 0 || entry.sources.some(source => learns.has(source))) learns.add(id)
    sum += entry.multiplyAdds * (learns.has(id) ? 3 : 1)
  }
  return sum
}

/** The network with these nodes set free. */
export const withUnfrozen = (resolved: Resolved, ids: readonly string[]): Resolved => {
  const free = new Set(ids)
  const nodes = new Map(
    [...resolved.nodes].map(([id, entry]): [string, ResolvedNode] => {
      if (!free.has(id)) return [id, entry]
      const trainable = entry.weights.reduce((sum, w) => sum + (w.trainable ? sizeOf(w.shape) : 0), 0)
      return [id, { ...entry, node: { ...entry.node, frozen: false }, trainable }]
    }),
  )
  return { ...resolved, nodes }
}
