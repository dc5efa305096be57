import { useEffect } from 'react'
import { Background, BackgroundVariant, ConnectionLineType, MiniMap, ReactFlow, ReactFlowProvider, SelectionMode } from 'reactflow'
import 'reactflow/dist/style.css'
import { layerOf } from '../../shared/layers/registry.ts'
import { colourOf } from '../glyph/glyph.ts'
import { useRun } from '../store/runStore.ts'
import './canvas.css'
import { canvasStore, useCanvas } from './canvasStore.ts'
import { EmptyHint } from './EmptyHint.tsx'
import { LayerCard } from './LayerNode.tsx'
import { LayerWire } from './LayerWire.tsx'
import { Menus } from './Menus.tsx'
import { QuickAddBox } from './QuickAdd.tsx'
import type { LayerNode } from './toFlow.ts'
import { useConnecting } from './useConnecting.ts'
import { useFlow } from './useFlow.ts'
import { useMenus } from './useMenus.ts'
import { useView } from './useView.ts'
import { ZoomControls } from './ZoomControls.tsx'

const nodeTypes = { layer: LayerCard }
const edgeTypes = { wire: LayerWire }
/** Cards beyond which only the visible ones are in the page. */
const MANY = 120

/** The drafting table: the network as cards and wires, a view of the document. */
export const Canvas = () => (
  <ReactFlowProvider>
    <Table />
  </ReactFlowProvider>
)

const Table = () => {
  const flow = useFlow()
  const connecting = useConnecting()
  const menus = useMenus()
  const { frame, level, onPointerMove, onPointerLeave } = useView()
  const running = useRun(s => s.status)
  const isConnecting = useCanvas(s => s.connecting !== null)
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
      onDoubleClick={menus.onDoubleClick}
    >
      <ReactFlow
        {...flow}
        {...connecting}
        onPaneContextMenu={menus.onPaneContextMenu}
        onNodeContextMenu={menus.onNodeContextMenu}
        onEdgeContextMenu={menus.onEdgeContextMenu}
        onSelectionContextMenu={menus.onSelectionContextMenu}
        onEdgeMouseEnter={(_, edge) => canvasStore.setState({ hoverWire: edge.id })}
        onEdgeMouseLeave={() => canvasStore.setState({ hoverWire: null })}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onlyRenderVisibleElements={flow.nodes.length > MANY}
        minZoom={0.08}
        maxZoom={2.5}
        deleteKeyCode={null}
        multiSelectionKeyCode={['Shift', 'Control', 'Meta']}
        selectionMode={SelectionMode.Partial}
        connectionLineType={ConnectionLineType.Bezier}
        connectionRadius={34}
        zoomOnDoubleClick={false}
        elevateEdgesOnSelect
        nodeDragThreshold={3}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--grid)" />
        {flow.nodes.length > 0 && (
          <MiniMap<LayerNode> pannable zoomable ariaLabel="Overview" nodeColor={colourInMap} nodeBorderRadius={30} />
        )}
        <ZoomControls />
      </ReactFlow>
      {flow.nodes.length === 0 && <EmptyHint />}
      <QuickAddBox />
      <Menus />
    </section>
  )
}

const colourInMap = (node: LayerNode): string => colourOf(layerOf(node.data.resolved.node.type)?.category)
