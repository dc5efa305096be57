import { useCallback, useMemo, useState } from 'react'
import type { EdgeChange, NodeChange } from 'reactflow'
import type { Position } from '../../shared/graph/document.ts'
import { useProbe } from '../store/probeStore.ts'
import { projectStore, useProject, useResolved } from '../store/projectStore.ts'
import { uiStore, useUi } from '../store/uiStore.ts'
import { insertOn } from './add.ts'
import { canvasStore, useCanvas } from './canvasStore.ts'
import { edit } from './edits.ts'
import { readEdgeChanges, readNodeChanges } from './fromChanges.ts'
import { lineUp, placesOf, wireUnder } from './geometry.ts'
import { flowMapper, type LayerNode } from './toFlow.ts'

/** The wire that takes a card which is dragged alone and hangs on nothing yet. */
const wireFor = (ids: readonly string[]): string | null => {
  const { nodes, wires } = projectStore.getState().project.graph
  const [id] = ids
  if (ids.length !== 1 || id === undefined || wires.some(w => w.from === id || w.to === id)) return null
  const { dragged, direction } = canvasStore.getState()
  const at = dragged.get(id)
  return at ? wireUnder(at, placesOf(nodes), wires, direction, id) : null
}

/** A card that is dragged alone lines up with those it is wired to. */
const aligned = (places: ReadonlyMap<string, Position> | null): ReadonlyMap<string, Position> | null => {
  const { nodes, wires } = projectStore.getState().project.graph
  if (places?.size !== 1) return places
  return new Map([...places].map(([id, place]) => [id, lineUp(id, place, placesOf(nodes), wires, canvasStore.getState().direction)]))
}

const onNodesChange = (changes: NodeChange<LayerNode>[]): void => {
  const read = readNodeChanges(changes, uiStore.getState().selectedNodes)
  const { selected } = read
  const dragging = aligned(read.dragging)
  const moved = canvasStore.getState().dragged.size ? aligned(read.moved) : read.moved
  if (selected) uiStore.setState({ selectedNodes: selected })
  if (dragging) {
    canvasStore.setState(s => ({ dragged: new Map([...s.dragged, ...dragging]) }))
    canvasStore.setState({ dropWire: wireFor([...dragging.keys()]) })
  }
  if (moved) finishMove(moved)
}

/** Cards arrived: one undo step, also when one of them was dropped on a wire. Keys that move in a row are one step too. */
const finishMove = (moved: ReadonlyMap<string, Position>): void => {
  const { dragged, dropWire } = canvasStore.getState()
  canvasStore.setState({ dragged: new Map(), dropWire: null })
  const [id] = moved.keys()
  if (dragged.size && dropWire && id !== undefined) insertOn(id, dropWire, moved.get(id))
  else edit.move(moved, dragged.size ? null : 'nudge')
}

const onEdgesChange = (changes: EdgeChange[]): void => {
  const selected = readEdgeChanges(changes, uiStore.getState().selectedWires)
  if (selected) uiStore.setState({ selectedWires: selected })
}

/** The document as React Flow wants it, and what React Flow's changes mean for it. */
export const useFlow = () => {
  const [mapper] = useState(flowMapper)
  const project = useProject(s => s.project)
  const resolved = useResolved()
  const selectedNodes = useUi(s => s.selectedNodes)
  const selectedWires = useUi(s => s.selectedWires)
  const dragged = useCanvas(s => s.dragged)
  const direction = useCanvas(s => s.direction)
  const strips = useProbe(s => s.byNode.size > 0)
  const ui = useMemo(
    () => ({ selectedNodes, selectedWires, dragged, direction, strips }),
    [selectedNodes, selectedWires, dragged, direction, strips],
  )
  const nodes = useMemo(() => mapper.toNodes(project, resolved, ui), [mapper, project, resolved, ui])
  const edges = useMemo(() => mapper.toEdges(project, resolved, ui), [mapper, project, resolved, ui])
  const onPaneClick = useCallback(() => canvasStore.setState({ quickAdd: null, menu: null }), [])
  return { nodes, edges, onNodesChange, onEdgesChange, onPaneClick }
}
