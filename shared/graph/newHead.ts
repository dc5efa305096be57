import { MAX_DIM } from '../layers/params.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { fail, ok, type Result } from '../result.ts'
import type { GraphNode, LossId, ProjectFile, Wire } from './document.ts'
import { setTraining, withGraph } from './edit.ts'
import { freshId, idPrefix } from './ids.ts'
import { STEP } from './layout.ts'
import { wiresFrom, wiresInto } from './order.ts'
import { resolve } from './resolve.ts'
import { type Cut, freezeTrunk } from './transfer.ts'

/** Ways to end a network: one Dense layer, a hidden layer with dropout before it, or the old layers with another last one. */
export const HEAD_KINDS = ['same', 'hidden', 'single'] as const
export type HeadKind = (typeof HEAD_KINDS)[number]

/** Most values that Flatten hands to a head; larger images are averaged over their pixels. */
const FLATTEN_UP_TO = 4096
/** Layers that an old head may have so that it can be taken over. */
const PLAIN: ReadonlySet<string> = new Set([
  'dense',
  'dropout',
  'activation',
  'relu',
  'flatten',
  'globalAveragePooling2d',
  'globalMaxPooling2d',
])

interface Part {
  readonly type: string
  readonly params: GraphNode['params']
}

/** Turns an output into one row of values. */
const rowOf = (shape: Shape): readonly Part[] => {
  if (shape.length === 1) return []
  if (sizeOf(shape) <= FLATTEN_UP_TO || shape.length > 3) return [{ type: 'flatten', params: {} }]
  return [{ type: shape.length === 3 ? 'globalAveragePooling2d' : 'globalAveragePooling1d', params: {} }]
}

const output = (classes: number): Part => ({ type: 'dense', params: { units: classes, activation: 'softmax' } })

const partsOf = (shape: Shape, classes: number, kind: 'hidden' | 'single'): readonly Part[] => {
  if (kind === 'single') return [...rowOf(shape), output(classes)]
  const hidden: Part = { type: 'dense', params: { units: 128, activation: 'relu' } }
  return [...rowOf(shape), hidden, { type: 'dropout', params: { rate: 0.5 } }, output(classes)]
}

/** The last Dense layer behind a cut when only plain layers in a row stand there, else null. */
const lastDense = ({ graph }: ProjectFile, cut: Cut): GraphNode | null => {
  const rest = graph.nodes.filter(node => cut.rest.includes(node.id))
  const into = wiresInto(graph)
  const inRow = rest.every(
    ({ id, type }) => PLAIN.has(type) && (into.get(id)?.length ?? 0) === 1 && (wiresFrom(graph).get(id)?.length ?? 0) <= 1,
  )
  const end = rest.find(({ id }) => !wiresFrom(graph).has(id))
  if (!inRow || !end || end.bypassed) return null
  if (end.type === 'dense') return end
  const before = rest.find(({ id }) => id === into.get(end.id)?.[0]?.from)
  return end.type === 'activation' && before?.type === 'dense' ? before : null
}

/** Kinds of head that can stand behind a cut, the usual one first. */
export const headKinds = (doc: ProjectFile, cut: Cut): readonly HeadKind[] =>
  lastDense(doc, cut) ? ['same', 'hidden', 'single'] : ['hidden', 'single']

/** Loss for classes: what is set, if it is one, else the usual one. */
const lossFor = (loss: LossId): LossId => (loss === 'categoricalCrossentropy' ? loss : 'sparseCategoricalCrossentropy')

/** Puts layers in a row below a node, with ids that no node has in `before`, so that they take over no weights. */
const append = (doc: ProjectFile, before: ProjectFile, end: GraphNode, parts: readonly Part[]): ProjectFile => {
  const taken = new Set(before.graph.nodes.map(node => node.id))
  const takenWires = new Set(doc.graph.wires.map(wire => wire.id))
  const nodes: GraphNode[] = []
  const wires: Wire[] = []
  let from = end.id
  for (const [i, { type, params }] of parts.entries()) {
    const id = freshId(taken, i === parts.length - 1 ? 'head' : idPrefix(type))
    taken.add(id)
    const wire = freshId(takenWires, 'wire')
    takenWires.add(wire)
    const position = { x: end.position.x, y: end.position.y + (i + 1) * STEP.y }
    nodes.push({ id, type, name: id, params, position, bypassed: false, frozen: false })
    wires.push({ id: wire, from, to: id })
    from = id
  }
  return withGraph(doc, { nodes: [...doc.graph.nodes, ...nodes], wires: [...doc.graph.wires, ...wires] })
}

const without = (doc: ProjectFile, ids: readonly string[]): ProjectFile => {
  const gone = new Set(ids)
  return withGraph(doc, {
    nodes: doc.graph.nodes.filter(node => !gone.has(node.id)),
    wires: doc.graph.wires.filter(wire => !gone.has(wire.from) && !gone.has(wire.to)),
  })
}

/** Gives the last Dense layer another size and id, so that it starts with random weights even where its size stays. */
const resized = (doc: ProjectFile, dense: GraphNode, classes: number): ProjectFile => {
  const id = freshId(new Set(doc.graph.nodes.map(node => node.id)), 'head')
  const after = new Set(doc.graph.wires.flatMap(wire => (wire.from === dense.id ? [wire.to] : [])))
  const ending = doc.graph.nodes.find(node => node.type === 'activation' && after.has(node.id))
  const softmax = { activation: 'softmax' }
  const change = (node: GraphNode): GraphNode => {
    if (node === ending) return { ...node, params: { ...node.params, ...softmax } }
    if (node !== dense) return node
    return { ...node, id, name: id, params: { ...node.params, units: classes, ...(ending ? {} : softmax) }, frozen: false }
  }
  return withGraph(doc, {
    nodes: doc.graph.nodes.map(change),
    wires: doc.graph.wires.map(w => ({ ...w, from: w.from === dense.id ? id : w.from, to: w.to === dense.id ? id : w.to })),
  })
}

/** Replaces what follows a cut by a head for so many classes, freezes what lies before it and sets a loss for classes. */
export const newHead = (doc: ProjectFile, cut: Cut, classes: number, kind: HeadKind): Result<ProjectFile> => {
  if (!Number.isInteger(classes) || classes < 2 || classes > MAX_DIM)
    return fail('head/classes', `A head takes 2 to ${MAX_DIM} classes, but ${classes} were asked for.`, { received: String(classes) })
  const dense = lastDense(doc, cut)
  if (kind === 'same' && !dense)
    return fail('head/not-plain', 'What follows the cut is more than dense layers in a row, so it cannot be kept: choose a new head.')
  const [end, ...others] = doc.graph.nodes.filter(node => cut.ends.includes(node.id))
  if (!end || (others.length > 0 && kind !== 'same')) {
    const names = [end, ...others].map(node => node?.name).join(', ')
    return fail('head/several-ends', `A new head stands on one layer, but the line cuts below ${names}: cut where they have come together.`)
  }
  const shape = resolve(doc).nodes.get(end.id)?.output
  if (!shape)
    return fail('head/no-shape', `The output of "${end.name}" is not known: repair the layers before the cut first.`, { node: end.id })
  const built =
    kind === 'same' && dense
      ? resized(doc, dense, classes)
      : append(without(doc, cut.rest), doc, end, partsOf(shape, classes, kind === 'same' ? 'hidden' : kind))
  return ok(setTraining(freezeTrunk(built, cut), { loss: lossFor(doc.training.loss) }))
}
