import type { Position, ProjectFile } from '../../shared/graph/document.ts'
import { arrange, moveNodes, removeNodes, removeWires, rename as renameNode, setBypassed, setFrozen } from '../../shared/graph/edit.ts'
import { applyFix } from '../../shared/graph/fixes.ts'
import { orderOf } from '../../shared/graph/order.ts'
import { weighing } from '../../shared/graph/transfer.ts'
import type { Fix } from '../../shared/result.ts'
import { apply, projectStore } from '../store/projectStore.ts'
import { say, select, uiStore } from '../store/uiStore.ts'
import { canvasStore, setDirection } from './canvasStore.ts'
import { sideways } from './sideways.ts'
import { canvasView } from './view.ts'

const nodes = (): ProjectFile['graph']['nodes'] => projectStore.getState().project.graph.nodes

/** Ids of the selected cards that still exist. */
export const selectedIds = (): readonly string[] => {
  const chosen = new Set(uiStore.getState().selectedNodes)
  return nodes()
    .filter(n => chosen.has(n.id))
    .map(n => n.id)
}

/** Whether any card is selected. */
export const hasSelection = (): boolean => projectStore.getState().isOpen && selectedIds().length > 0

const count = (n: number, what: string): string => (n === 1 ? what : `${n} ${what}s`)

/** Removes the selected cards, closing the gaps, and the selected wires; one step. */
export const removeSelection = (): void => {
  const ids = selectedIds()
  const wires = uiStore.getState().selectedWires
  const label = ids.length ? `Delete ${count(ids.length, 'layer')}` : `Delete ${count(wires.length, 'wire')}`
  apply(label, doc => removeNodes(removeWires(doc, wires), ids))
  select([])
}

/** Gives a layer another name; an empty one changes nothing. */
export const rename = (id: string, name: string): void => {
  const known = nodes().find(n => n.id === id)
  if (known && name.trim() && name.trim() !== known.name) apply('Rename layer', doc => renameNode(doc, id, name))
}

/** Bypasses layers, or takes all of them back in when all are bypassed. */
export const toggleBypassed = (ids: readonly string[]): void => {
  const all = nodes()
    .filter(n => ids.includes(n.id))
    .every(n => n.bypassed)
  apply(all ? 'Stop bypassing' : 'Bypass', doc => setBypassed(doc, ids, !all))
}

/** Freezes the weights of layers, or frees them when all are frozen; layers without weights are passed over. */
export const toggleFrozen = (ids: readonly string[]): void => {
  const weights = weighing(projectStore.getState().project, ids)
  const all = nodes()
    .filter(n => (weights.length > 0 ? weights : ids).includes(n.id))
    .every(n => n.frozen)
  if (weights.length === 0 && !all) say('There are no weights to freeze here.')
  else apply(all ? 'Unfreeze' : 'Freeze', doc => setFrozen(doc, all ? ids : weights, !all))
}

/** Applies a repair of a problem. */
export const repair = (fix: Fix): void => {
  const before = projectStore.getState().project
  apply(fix.label, doc => applyFix(doc, fix))
  if (projectStore.getState().project === before) say('This repair does not fit any more.', 'bad')
}

const layOut = (doc: ProjectFile): ProjectFile => (canvasStore.getState().direction === 'down' ? arrange(doc) : sideways(arrange)(doc))

/** Puts every card in its place; one step. */
export const autoLayout = (): void => {
  apply('Arrange', layOut)
  requestAnimationFrame(() => canvasView()?.fit())
}

/** Turns the network between top-to-bottom and left-to-right and arranges it. */
export const turn = (): void => {
  setDirection(canvasStore.getState().direction === 'down' ? 'right' : 'down')
  autoLayout()
}

/** Moves the selected cards; steps in a row are one undo step. */
export const nudge = ({ x, y }: Position): void => {
  const ids = new Set(selectedIds())
  const places = new Map(
    nodes()
      .filter(n => ids.has(n.id))
      .map(n => [n.id, { x: n.position.x + x, y: n.position.y + y }]),
  )
  apply('Move', doc => moveNodes(doc, places), 'nudge')
}

/** Selects the card that the selected one feeds, or is fed by; from nothing the first of the network. */
export const selectAlong = (way: 'after' | 'before'): void => {
  const { graph } = projectStore.getState().project
  const [from] = selectedIds()
  const next =
    from === undefined
      ? orderOf(graph).sorted[0]
      : way === 'after'
        ? graph.wires.find(w => w.from === from)?.to
        : graph.wires.find(w => w.to === from)?.from
  if (next !== undefined) goTo(next)
}

/** Selects one card and brings it into view. */
export const goTo = (id: string): void => {
  select([id])
  canvasView()?.reveal(id)
}

/** Selects everything. */
export const selectAll = (): void => {
  const { graph } = projectStore.getState().project
  select(
    graph.nodes.map(n => n.id),
    graph.wires.map(w => w.id),
  )
}

/** Opens the search for a layer at the pointer, or in the middle when the pointer is elsewhere. */
export const openQuickAdd = (): void => {
  const view = canvasView()
  if (!view) return
  canvasStore.setState({
    quickAdd: { screen: view.pointerOnScreen() ?? view.middleOnScreen(), at: null, connect: null, wire: null },
    menu: null,
  })
}
