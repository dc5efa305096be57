import { connectable } from '../../shared/graph/connectable.ts'
import type { GraphNode, Position, ProjectFile } from '../../shared/graph/document.ts'
import { addNode, connect, insertOnWire, moveNodes, removeNodes } from '../../shared/graph/edit.ts'
import { newNode } from '../../shared/graph/ids.ts'
import { CARD } from '../../shared/graph/layout.ts'
import { layerOf } from '../../shared/layers/registry.ts'
import { outlineOf } from '../store/problems.ts'
import { apply, projectStore, resolvedOf } from '../store/projectStore.ts'
import { say, select, uiStore } from '../store/uiStore.ts'
import { canvasStore, rememberLayer } from './canvasStore.ts'
import { neighbour, overlaps } from './geometry.ts'
import { sideways } from './sideways.ts'
import { canvasView } from './view.ts'

const titleOf = (type: string): string => layerOf(type)?.title ?? type
const takesInput = (type: string): boolean => layerOf(type)?.input.arity !== 'none'

/** Runs an edit that thinks top to bottom on a network that may flow to the right. */
const flowing = (change: (doc: ProjectFile) => ProjectFile): ((doc: ProjectFile) => ProjectFile) =>
  canvasStore.getState().direction === 'down' ? change : sideways(change)

/** The nearest place to the right of a wanted one where no card stands. */
export const freePlace = (doc: ProjectFile, wanted: Position): Position => {
  let place = wanted
  for (let i = 0; i < 50 && doc.graph.nodes.some(n => overlaps(n.position, place)); i++)
    place = { x: place.x + CARD.width + 48, y: place.y }
  return place
}

/** Runs an edit that adds a card, selects it and brings it into sight; a network that was all in sight stays so. */
const adding = (type: string, id: string, label: string, change: (doc: ProjectFile) => ProjectFile): void => {
  const whole = canvasView()?.allInSight() ?? false
  apply(label, change)
  select([id])
  rememberLayer(type)
  requestAnimationFrame(() => {
    const view = canvasView()
    if (!whole) view?.reveal(id)
    else if (!view?.allInSight()) view?.fit()
  })
}

/** A new layer with its default parameters; an Input takes the shape that the chosen data has. */
const freshNode = (project: ProjectFile, type: string, at: Position): GraphNode => {
  const node = newNode(project, type, freePlace(project, at))
  const data = takesInput(type) ? null : outlineOf(project)
  return data ? { ...node, params: { ...node.params, shape: data.shape } } : node
}

/** Puts a new layer at a place, or into a wire, and selects it. */
export const addLayerAt = (type: string, at: Position, wire: string | null = null): void => {
  const { project } = projectStore.getState()
  const node = freshNode(project, type, at)
  if (wire !== null && takesInput(type))
    adding(
      type,
      node.id,
      `Insert ${titleOf(type)}`,
      flowing(doc => insertOnWire(doc, wire, node)),
    )
  else adding(type, node.id, `Add ${titleOf(type)}`, doc => addNode(doc, node))
}

/** Puts a new layer at a place and draws the wire that was waiting for it; says why when it does not fit. */
export const addConnected = (type: string, at: Position, other: string, side: 'out' | 'in'): void => {
  const { project } = projectStore.getState()
  const node = newNode(project, type, freePlace(project, at))
  const [from, to] = side === 'out' ? [other, node.id] : [node.id, other]
  const answer = connectable(addNode(project, node), from, to)
  adding(type, node.id, `Add ${titleOf(type)}`, doc => (answer.ok ? connect(addNode(doc, node), from, to) : addNode(doc, node)))
  if (!answer.ok) say(answer.issues[0].message, 'bad')
}

/** The card after which a click in the palette adds: the selected one, else the end of the network. */
const anchor = (doc: ProjectFile): GraphNode | undefined => {
  const known = (id: string | undefined): GraphNode | undefined => doc.graph.nodes.find(n => n.id === id)
  const selected = uiStore.getState().selectedNodes.filter(known)
  return selected.length === 1 ? known(selected[0]) : known(resolvedOf(doc).outputs.at(-1))
}

/** Adds a layer after the selected card, or at the end, and connects it where it fits; between two connected cards it is inserted. */
export const addLayer = (type: string): void => {
  const { project } = projectStore.getState()
  const after = takesInput(type) ? anchor(project) : undefined
  if (after) addAfter(type, after, project)
  else {
    const middle = canvasView()?.middle() ?? { x: 200, y: 100 }
    addLayerAt(type, { x: Math.round(middle.x - CARD.width / 2), y: Math.round(middle.y - CARD.height * 2) })
  }
}

const addAfter = (type: string, { id, position }: GraphNode, { graph }: ProjectFile): void => {
  const leaving = graph.wires.filter(w => w.from === id)
  const [only] = leaving
  const next = neighbour(position, 'after', canvasStore.getState().direction)
  if (only && leaving.length === 1) addLayerAt(type, next, only.id)
  else addConnected(type, next, id, 'out')
}

/** Puts a card that hangs on nothing into a wire; what follows makes room. */
export const insertOn = (id: string, wire: string, at: Position | undefined): void => {
  const node = projectStore.getState().project.graph.nodes.find(n => n.id === id)
  if (!node) return
  const insert = flowing(doc => insertOnWire(removeNodes(doc, [id]), wire, { ...node, position: at ?? node.position }))
  const move = (doc: ProjectFile): ProjectFile => (at ? moveNodes(doc, new Map([[id, at]])) : doc)
  if (takesInput(node.type)) apply(`Insert ${node.name}`, insert)
  else apply('Move layer', move)
}
