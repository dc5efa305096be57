import type { EdgeChange, NodeChange } from 'reactflow'
import type { Position } from '../../shared/graph/document.ts'

/** What a batch of React Flow's changes means for us; null parts did not change. */
export interface Meaning {
  readonly selected: readonly string[] | null
  /** Cards on their way: only shown. */
  readonly dragging: ReadonlyMap<string, Position> | null
  /** Cards that arrived: an edit. */
  readonly moved: ReadonlyMap<string, Position> | null
}

const chosen = (changes: readonly (NodeChange | EdgeChange)[], before: readonly string[]): readonly string[] | null => {
  const selected = new Set(before)
  for (const change of changes) {
    if (change.type !== 'select') continue
    if (change.selected) selected.add(change.id)
    else selected.delete(change.id)
  }
  const same = selected.size === before.length && before.every(id => selected.has(id))
  return same ? null : [...selected]
}

/** Reads changes of nodes: selection and positions; sizes are fixed and removal goes through our own commands. */
export const readNodeChanges = (changes: readonly NodeChange[], selected: readonly string[]): Meaning => {
  const dragging = new Map<string, Position>()
  const moved = new Map<string, Position>()
  for (const change of changes) {
    if (change.type !== 'position' || !change.position) continue
    const place = { x: Math.round(change.position.x), y: Math.round(change.position.y) }
    if (change.dragging) dragging.set(change.id, place)
    else moved.set(change.id, place)
  }
  return { selected: chosen(changes, selected), dragging: dragging.size ? dragging : null, moved: moved.size ? moved : null }
}

/** Reads changes of wires: only their selection. */
export const readEdgeChanges = (changes: readonly EdgeChange[], selected: readonly string[]): readonly string[] | null =>
  chosen(changes, selected)
