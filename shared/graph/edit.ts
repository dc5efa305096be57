import { layerOf } from '../layers/registry.ts'
import type { DataChoice, Frame, Graph, GraphNode, Note, Position, ProjectFile, TrainingSetup, Wire } from './document.ts'
import { freshWireId } from './ids.ts'
import { layoutOf, STEP } from './layout.ts'
import { MAX_NAME } from './limits.ts'
import { pathBetween, wiresFrom } from './order.ts'

// Every edit returns a new document that shares what did not change, or the same document when nothing did.

/** Replaces parts of the graph. */
export const withGraph = (doc: ProjectFile, part: Partial<Graph>): ProjectFile => ({ ...doc, graph: { ...doc.graph, ...part } })

const nodeOf = (doc: ProjectFile, id: string): GraphNode | undefined => doc.graph.nodes.find(node => node.id === id)

/** Changes the nodes that `change` gives another object for. */
const mapNodes = (doc: ProjectFile, change: (node: GraphNode) => GraphNode): ProjectFile => {
  const nodes = doc.graph.nodes.map(change)
  return nodes.some((node, i) => node !== doc.graph.nodes[i]) ? withGraph(doc, { nodes }) : doc
}

const byIds = (doc: ProjectFile, ids: readonly string[], part: Partial<GraphNode>): ProjectFile => {
  const chosen = new Set(ids)
  const differs = (node: GraphNode) => Object.entries(part).some(([key, value]) => node[key as keyof GraphNode] !== value)
  return mapNodes(doc, node => (chosen.has(node.id) && differs(node) ? { ...node, ...part } : node))
}

/** Adds a node; one whose id is taken changes nothing. */
export const addNode = (doc: ProjectFile, node: GraphNode): ProjectFile =>
  nodeOf(doc, node.id) ? doc : withGraph(doc, { nodes: [...doc.graph.nodes, node] })

/** Draws a wire. A layer of one input gives up the wire it had; a wire to itself, round a loop, to nowhere or twice changes nothing. */
export const connect = (doc: ProjectFile, from: string, to: string): ProjectFile => {
  const target = nodeOf(doc, to)
  const { wires } = doc.graph
  if (!target || !nodeOf(doc, from) || from === to || pathBetween(doc.graph, to, from)) return doc
  if (wires.some(wire => wire.from === from && wire.to === to)) return doc
  const arity = layerOf(target.type)?.input.arity
  if (arity === 'none') return doc
  const kept = arity === 'one' ? wires.filter(wire => wire.to !== to) : wires
  return withGraph(doc, { wires: [...kept, { id: freshWireId(doc), from, to }] })
}

/** Moves an end of a wire. It keeps its place in the list, and so among the inputs of a merge; where no wire may be drawn, nothing changes. */
export const reconnect = (doc: ProjectFile, wireId: string, from: string, to: string): ProjectFile => {
  const wire = doc.graph.wires.find(w => w.id === wireId)
  if (!wire || (wire.from === from && wire.to === to)) return doc
  const without = removeWires(doc, [wireId])
  const joined = connect(without, from, to)
  if (joined === without) return doc
  const kept = new Set(joined.graph.wires)
  return withGraph(joined, {
    wires: doc.graph.wires.flatMap(w => (w.id === wireId ? [{ ...wire, from, to }] : kept.has(w) ? [w] : [])),
  })
}

/** Moves what comes after a place down, so that a card fits between two others. */
const makeRoom = (
  doc: ProjectFile,
  source: GraphNode,
  target: GraphNode,
): { readonly doc: ProjectFile; readonly place: Position } | null => {
  if (target.position.y <= source.position.y) return null
  const place = { x: target.position.x, y: source.position.y + STEP.y }
  const push = place.y + STEP.y - target.position.y
  if (push <= 0) return { doc, place }
  const leaving = wiresFrom(doc.graph)
  const below = new Set([target.id])
  for (const id of below) for (const wire of leaving.get(id) ?? []) below.add(wire.to)
  const move = ({ x, y }: Position): Position => ({ x, y: y + push })
  return { doc: mapNodes(doc, node => (below.has(node.id) ? { ...node, position: move(node.position) } : node)), place }
}

/** Puts a node, new or already there, into a wire; a new one takes its place between the two cards and what follows moves down. */
export const insertOnWire = (doc: ProjectFile, wireId: string, node: GraphNode): ProjectFile => {
  const at = doc.graph.wires.findIndex(wire => wire.id === wireId)
  const wire = doc.graph.wires[at]
  if (!wire || wire.from === node.id || wire.to === node.id || layerOf(node.type)?.input.arity === 'none') return doc
  const isNew = !nodeOf(doc, node.id)
  if (!isNew && doc.graph.wires.some(w => w.from === node.id || w.to === node.id)) return doc
  const [source, target] = [nodeOf(doc, wire.from), nodeOf(doc, wire.to)]
  const room = isNew && source && target ? makeRoom(doc, source, target) : null
  const added = addNode(room?.doc ?? doc, room ? { ...node, position: room.place } : node)
  const first: Wire = { ...wire, to: node.id }
  const second: Wire = { id: freshWireId(doc), from: node.id, to: wire.to }
  return withGraph(added, { wires: added.graph.wires.toSpliced(at, 1, first, second) })
}

/** Wires after one node is gone: with exactly one source, its targets are reconnected to that source. */
const healed = (wires: readonly Wire[], id: string): readonly Wire[] => {
  const sources = wires.filter(wire => wire.to === id)
  const source = sources.length === 1 ? sources[0]?.from : undefined
  const kept = wires.filter(wire => wire.from !== id && wire.to !== id)
  const there = new Set(kept.filter(wire => wire.from === source).map(wire => wire.to))
  return wires.flatMap(wire => {
    if (wire.to === id) return []
    if (wire.from !== id) return [wire]
    return source === undefined || source === wire.to || there.has(wire.to) ? [] : [{ ...wire, from: source }]
  })
}

/** Removes nodes and closes the gaps: what a removed node fed is fed by its one source. */
export const removeNodes = (doc: ProjectFile, ids: readonly string[]): ProjectFile => {
  const gone = new Set(ids)
  const nodes = doc.graph.nodes.filter(node => !gone.has(node.id))
  if (nodes.length === doc.graph.nodes.length) return doc
  const wires = nodes.length === 0 ? [] : ids.reduce(healed, doc.graph.wires)
  return withGraph(doc, { nodes, wires })
}

export const removeWires = (doc: ProjectFile, ids: readonly string[]): ProjectFile => {
  const gone = new Set(ids)
  const wires = doc.graph.wires.filter(wire => !gone.has(wire.id))
  return wires.length === doc.graph.wires.length ? doc : withGraph(doc, { wires })
}

/** Sets some parameters of a node and keeps the others; `resolve` says whether they are right. */
export const setParams = (doc: ProjectFile, id: string, params: GraphNode['params']): ProjectFile =>
  mapNodes(doc, node => {
    if (node.id !== id) return node
    const changed = Object.entries(params).some(([key, value]) => JSON.stringify(node.params[key]) !== JSON.stringify(value))
    return changed ? { ...node, params: { ...node.params, ...params } } : node
  })

/** Gives a node another name; its id, and so its weights, stay. An empty name is the id. */
export const rename = (doc: ProjectFile, id: string, name: string): ProjectFile =>
  byIds(doc, [id], { name: name.trim().slice(0, MAX_NAME) || id })

/** Moves cards to new places, by node id. */
export const moveNodes = (doc: ProjectFile, positions: ReadonlyMap<string, Position>): ProjectFile =>
  mapNodes(doc, node => {
    const to = positions.get(node.id)
    return to && (to.x !== node.position.x || to.y !== node.position.y) ? { ...node, position: { x: to.x, y: to.y } } : node
  })

/** Places every card by the built-in layout. */
export const arrange = (doc: ProjectFile): ProjectFile => moveNodes(doc, layoutOf(doc.graph))

export const setBypassed = (doc: ProjectFile, ids: readonly string[], bypassed: boolean): ProjectFile => byIds(doc, ids, { bypassed })
export const setFrozen = (doc: ProjectFile, ids: readonly string[], frozen: boolean): ProjectFile => byIds(doc, ids, { frozen })

export const setName = (doc: ProjectFile, name: string): ProjectFile => ({ ...doc, name: name.trim().slice(0, MAX_NAME) || doc.name })
export const setData = (doc: ProjectFile, part: Partial<DataChoice>): ProjectFile => ({ ...doc, data: { ...doc.data, ...part } })
export const setTraining = (doc: ProjectFile, part: Partial<TrainingSetup>): ProjectFile => ({
  ...doc,
  training: { ...doc.training, ...part },
})

export const addFrame = (doc: ProjectFile, frame: Frame): ProjectFile => withGraph(doc, { frames: [...doc.graph.frames, frame] })
export const editFrame = (doc: ProjectFile, id: string, part: Partial<Omit<Frame, 'id'>>): ProjectFile =>
  withGraph(doc, { frames: doc.graph.frames.map(frame => (frame.id === id ? { ...frame, ...part } : frame)) })
export const removeFrames = (doc: ProjectFile, ids: readonly string[]): ProjectFile =>
  withGraph(doc, { frames: doc.graph.frames.filter(frame => !ids.includes(frame.id)) })

export const addNote = (doc: ProjectFile, note: Note): ProjectFile => withGraph(doc, { notes: [...doc.graph.notes, note] })
export const editNote = (doc: ProjectFile, id: string, part: Partial<Omit<Note, 'id'>>): ProjectFile =>
  withGraph(doc, { notes: doc.graph.notes.map(note => (note.id === id ? { ...note, ...part } : note)) })
export const removeNotes = (doc: ProjectFile, ids: readonly string[]): ProjectFile =>
  withGraph(doc, { notes: doc.graph.notes.filter(note => !ids.includes(note.id)) })
