import type { Position, ProjectFile } from '../../shared/graph/document.ts'
import { connect, moveNodes, reconnect, removeWires, setParams } from '../../shared/graph/edit.ts'
import { apply, projectStore } from '../store/projectStore.ts'

/** The open document. */
export const project = (): ProjectFile => projectStore.getState().project

/** Edits of the open document that gestures make; each is one undo step, or part of the named gesture. */
export const edit = {
  move: (places: ReadonlyMap<string, Position>, gesture: string | null = null): void =>
    apply(places.size > 1 ? 'Move layers' : 'Move layer', doc => moveNodes(doc, places), gesture),
  connect: (from: string, to: string): void => apply('Connect', doc => connect(doc, from, to)),
  reconnect: (wire: string, from: string, to: string): void => apply('Move wire', doc => reconnect(doc, wire, from, to)),
  disconnect: (wire: string): void => apply('Delete wire', doc => removeWires(doc, [wire])),
  setParams: (node: string, params: Readonly<Record<string, unknown>>, label: string, gesture: string): void =>
    apply(label, doc => setParams(doc, node, params), gesture),
}
