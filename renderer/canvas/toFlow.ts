import type { Edge, Node, NodeHandle } from 'reactflow'
import type { Position, ProjectFile } from '../../shared/graph/document.ts'
import { CARD } from '../../shared/graph/layout.ts'
import type { Resolved, ResolvedNode } from '../../shared/graph/resolved.ts'
import { dims, type Shape } from '../../shared/layers/shape.ts'
import { wireWidth } from '../../shared/picture/graphSvg.ts'
import type { Direction } from './canvasStore.ts'
import { foldedCards, placesOf, portOf } from './geometry.ts'

/** What a card shows. */
export type LayerNode = Node<
  { readonly resolved: ResolvedNode; readonly folded: boolean; readonly strip: boolean; readonly direction: Direction },
  'layer'
>

/** What a wire shows: the shape that flows through it, null when not known. */
export type WireEdge = Edge<{ readonly shape: Shape | null; readonly width: number }, 'wire'>

/** State of the window that nodes and edges carry. */
export interface FlowUi {
  readonly selectedNodes: readonly string[]
  readonly selectedWires: readonly string[]
  readonly dragged: ReadonlyMap<string, Position>
  readonly direction: Direction
  /** Whether film strips stand beside the cards. */
  readonly strips: boolean
}

/** Ports at fixed places, so that React Flow never has to measure a card. */
const handlesOf = (direction: Direction, takesInput: boolean): NodeHandle[] => {
  const port = (side: 'out' | 'in'): NodeHandle =>
    ({
      type: side === 'out' ? 'source' : 'target',
      position: direction === 'down' ? (side === 'out' ? 'bottom' : 'top') : side === 'out' ? 'right' : 'left',
      ...portOf({ x: 0, y: 0 }, side, direction),
      width: 0,
      height: 0,
    }) as NodeHandle
  return takesInput ? [port('out'), port('in')] : [port('out')]
}

const HANDLES: Record<Direction, { readonly with: NodeHandle[]; readonly without: NodeHandle[] }> = {
  down: { with: handlesOf('down', true), without: handlesOf('down', false) },
  right: { with: handlesOf('right', true), without: handlesOf('right', false) },
}

/** What a screen reader says of a card, e.g. "conv_1, Conv2D, output 24×24×20, 520 parameters". */
export const spoken = ({ node, def, output, parameters, issues }: ResolvedNode): string =>
  [
    node.name,
    def?.title ?? `unknown layer ${node.type}`,
    output ? `output ${dims(output)}` : 'output not known',
    parameters ? `${parameters.toLocaleString('en-US')} parameters` : null,
    node.bypassed ? 'bypassed' : null,
    node.frozen ? 'frozen' : null,
    issues[0]?.message ?? null,
  ]
    .filter(part => part !== null)
    .join(', ')

const cardOf = (resolved: ResolvedNode, place: Position, selected: boolean, folded: boolean, ui: FlowUi): LayerNode => ({
  id: resolved.node.id,
  type: 'layer',
  position: place,
  selected,
  width: CARD.width,
  height: CARD.height,
  measured: CARD,
  handles: resolved.def?.input.arity === 'none' ? HANDLES[ui.direction].without : HANDLES[ui.direction].with,
  ariaLabel: spoken(resolved),
  data: { resolved, folded, strip: ui.strips, direction: ui.direction },
})

const sameCard = (card: LayerNode | undefined, resolved: ResolvedNode, place: Position, selected: boolean, folded: boolean, ui: FlowUi) =>
  card !== undefined &&
  card.data.resolved === resolved &&
  card.position.x === place.x &&
  card.position.y === place.y &&
  card.selected === selected &&
  card.data.folded === folded &&
  card.data.strip === ui.strips &&
  card.data.direction === ui.direction

const sameWire = (edge: WireEdge | undefined, from: string, to: string, shape: Shape | null, selected: boolean): edge is WireEdge =>
  edge !== undefined && edge.source === from && edge.target === to && edge.data?.shape === shape && edge.selected === selected

/** Makes the translation from documents to React Flow; nodes and edges that did not change keep their identity, so that only the others are drawn again. */
export const flowMapper = () => {
  let cards = new Map<string, LayerNode>()
  let edges = new Map<string, WireEdge>()
  let nodeList: LayerNode[] = []
  let edgeList: WireEdge[] = []

  const toNodes = (project: ProjectFile, resolved: Resolved, ui: FlowUi): LayerNode[] => {
    const places = new Map([...placesOf(project.graph.nodes), ...ui.dragged])
    const folded = ui.direction === 'down' ? foldedCards(places) : null
    const selected = new Set(ui.selectedNodes)
    const next = project.graph.nodes.flatMap(({ id, position }) => {
      const known = resolved.nodes.get(id)
      if (!known) return []
      const place = ui.dragged.get(id) ?? position
      const folds = ui.direction === 'right' || (folded?.has(id) ?? false)
      const before = cards.get(id)
      return [
        sameCard(before, known, place, selected.has(id), folds, ui) && before ? before : cardOf(known, place, selected.has(id), folds, ui),
      ]
    })
    cards = new Map(next.map(n => [n.id, n]))
    if (next.length !== nodeList.length || next.some((n, i) => n !== nodeList[i])) nodeList = next
    return nodeList
  }

  const toEdges = (project: ProjectFile, resolved: Resolved, ui: FlowUi): WireEdge[] => {
    const selected = new Set(ui.selectedWires)
    const next = project.graph.wires.map(({ id, from, to }): WireEdge => {
      const shape = resolved.nodes.get(from)?.output ?? null
      const before = edges.get(id)
      if (sameWire(before, from, to, shape, selected.has(id))) return before
      const label = `wire from ${resolved.nodes.get(from)?.node.name ?? from} to ${resolved.nodes.get(to)?.node.name ?? to}`
      return {
        id,
        type: 'wire',
        source: from,
        target: to,
        selected: selected.has(id),
        ariaLabel: label,
        data: { shape, width: wireWidth(shape) },
      }
    })
    edges = new Map(next.map(e => [e.id, e]))
    if (next.length !== edgeList.length || next.some((e, i) => e !== edgeList[i])) edgeList = next
    return edgeList
  }

  return { toNodes, toEdges }
}
