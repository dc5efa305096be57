import { type KeyboardEvent, useEffect } from 'react'
import { Background, BackgroundVariant, ConnectionLineType, ReactFlow, ReactFlowProvider, SelectionMode } from 'reactflow'
import 'reactflow/dist/style.css'
import type { Position, ProjectFile } from '../../shared/graph/document.ts'
import { projectStore } from '../store/projectStore.ts'
import { useRun } from '../store/runStore.ts'
import { select, uiStore } from '../store/uiStore.ts'
import { PathsOverlay } from '../strips/PathsOverlay.tsx'
import { hasSelection, nudge } from './actions.ts'
import './card.css'
import './canvas.css'
import { CutBox } from './CutBox.tsx'
import { CutLayer } from './CutLayer.tsx'
import { canvasStore, useCanvas } from './canvasStore.ts'
import { EmptyHint } from './EmptyHint.tsx'
import { LayerCard } from './LayerNode.tsx'
import { LayerWire } from './LayerWire.tsx'
import { Menus } from './Menus.tsx'
import { ZOOM } from './makeView.ts'
import { menuHandlers, onCanvasDoubleClick } from './menuHandlers.ts'
import { Overview, useRoom } from './Overview.tsx'
import { QuickAddBox } from './QuickAdd.tsx'
import { useFlow } from './useFlow.ts'
import { useView } from './useView.ts'
import { useWireFlow } from './useWireFlow.ts'
import { wireHandlers } from './wireHandlers.ts'
import { ZoomControls } from './ZoomControls.tsx'

const nodeTypes = { layer: LayerCard }
const edgeTypes = { wire: LayerWire }
const ADD_KEYS = ['Shift', 'Control', 'Meta']
const PRO = { hideAttribution: true }
/** Cards beyond which only the visible ones are in the page. */
const MANY = 120

/** The drafting table: the network as cards and wires, a view of the document. */
export const Canvas = () => (
  <ReactFlowProvider>
    <Table />
  </ReactFlowProvider>
)

const ARROWS: Readonly<Record<string, Position>> = {
  ArrowUp: { x: 0, y: -5 },
  ArrowDown: { x: 0, y: 5 },
  ArrowLeft: { x: -5, y: 0 },
  ArrowRight: { x: 5, y: 0 },
}

/** Arrow keys move the selected cards, with Shift four times as far; on a focused card React Flow does the same. */
const onArrow = (event: KeyboardEvent): void => {
  const by = ARROWS[event.key]
  const typing = event.target instanceof HTMLInputElement
  if (!by || typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !hasSelection()) return
  event.preventDefault()
  const far = event.shiftKey ? 4 : 1
  nudge({ x: by.x * far, y: by.y * far })
}

/** Forgets selected cards and wires that are no longer there, e.g. after undo. */
const dropGone = ({ graph }: ProjectFile): void => {
  const { selectedNodes, selectedWires } = uiStore.getState()
  const nodes = selectedNodes.filter(id => graph.nodes.some(n => n.id === id))
  const wires = selectedWires.filter(id => graph.wires.some(w => w.id === id))
  if (nodes.length < selectedNodes.length || wires.length < selectedWires.length) select(nodes, wires)
}

const Table = () => {
  const flow = useFlow()
  const { frame, level, onPointerMove, onPointerLeave } = useView()
  const running = useRun(s => s.status)
  useWireFlow(frame)
  const isConnecting = useCanvas(s => s.connecting !== null)
  useEffect(() => projectStore.subscribe(({ project }) => dropGone(project)), [])
  useEffect(() => () => canvasStore.setState({ quickAdd: null, menu: null, renaming: null, connecting: null }), [])
  return (
    <section
      ref={frame}
      className="canvas"
      aria-label="Network. Tab adds a layer, arrow keys move the selected ones"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes the keyboard as a whole
      tabIndex={0}
      data-level={level}
      data-run={running}
      data-connecting={isConnecting || undefined}
      onPointerMove={onPointerMove}
      onPointerLeave={onPointerLeave}
      onDoubleClick={onCanvasDoubleClick}
      onKeyDown={onArrow}
    >
      <ReactFlow
        {...flow}
        {...wireHandlers}
        {...menuHandlers}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onlyRenderVisibleElements={flow.nodes.length > MANY}
        minZoom={ZOOM.min}
        maxZoom={ZOOM.max}
        deleteKeyCode={null}
        multiSelectionKeyCode={ADD_KEYS}
        selectionMode={SelectionMode.Partial}
        connectionLineType={ConnectionLineType.Bezier}
        connectionRadius={34}
        zoomOnDoubleClick={false}
        connectOnClick={false}
        elevateEdgesOnSelect
        nodeDragThreshold={3}
        proOptions={PRO}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--grid)" />
        <PathsOverlay />
        <Corner empty={flow.nodes.length === 0} />
      </ReactFlow>
      {flow.nodes.length === 0 && <EmptyHint />}
      <CutLayer />
      <CutBox />
      <QuickAddBox />
      <Menus />
    </section>
  )
}

/** The overview, where there is room for it, and the zoom buttons. */
const Corner = ({ empty }: { empty: boolean }) => {
  const shown = useRoom() && !empty
  return (
    <>
      {shown && <Overview />}
      <ZoomControls beside={shown} />
    </>
  )
}
