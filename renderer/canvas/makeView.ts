import { getViewportForBounds, type ReactFlowInstance } from 'reactflow'
import { CARD } from '../../shared/graph/layout.ts'
import type { Point } from './canvasStore.ts'
import { STRIP } from './geometry.ts'
import type { LayerNode } from './toFlow.ts'
import type { CanvasView } from './view.ts'

/** Zoom of the canvas: as far out and in as it goes, and the largest that fitting chooses. */
export const ZOOM = { min: 0.08, max: 2.5, fit: 1 } as const
/** Room left around what is fitted or brought into sight, pixels of the window; below there stand the zoom buttons. */
const MARGIN = 16
const PADDING = { top: '16px', left: '20px', right: '20px', bottom: '46px' } as const

const ms = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 160)

/** Width of a card with the room of its strip. */
const widthOf = ({ data }: LayerNode): number => CARD.width + (data.folded ? 0 : STRIP.gap + STRIP.width)

/** Shows all cards, or these, with the room of their strips, so that nothing has to move when the strips appear. */
const showCards = (flow: ReactFlowInstance<LayerNode>, box: DOMRect, nodes: readonly string[], duration: number): void => {
  const shown = flow.getNodes().filter(n => !nodes.length || nodes.includes(n.id))
  if (!shown.length || box.width === 0) return
  const bounds = flow.getNodesBounds(shown)
  const right = Math.max(...shown.map(n => n.position.x + widthOf(n)))
  const wide = { ...bounds, width: right - bounds.x }
  void flow.setViewport(getViewportForBounds(wide, box.width, box.height, ZOOM.min, ZOOM.fit, PADDING), { duration })
}

/** How far to pan so that a span lies inside another one; 0 when it does. */
const shift = (from: number, to: number, low: number, high: number): number => {
  if (from < low) return low - from
  return to > high ? Math.max(high - to, low - from) : 0
}

const inside = (flow: ReactFlowInstance<LayerNode>, box: DOMRect): boolean =>
  flow.getNodes().every(node => {
    const { x, y } = node.position
    const from = flow.flowToScreenPosition({ x, y })
    const to = flow.flowToScreenPosition({ x: x + widthOf(node), y: y + CARD.height })
    return from.x >= box.left && from.y >= box.top && to.x <= box.right && to.y <= box.bottom
  })

const reveal = (flow: ReactFlowInstance<LayerNode>, box: DOMRect, node: string): void => {
  const card = flow.getNode(node)
  if (!card) return
  const { x, y } = card.position
  const from = flow.flowToScreenPosition({ x, y })
  const to = flow.flowToScreenPosition({ x: x + CARD.width, y: y + CARD.height })
  const dx = shift(from.x, to.x, box.left + MARGIN, box.right - MARGIN)
  const dy = shift(from.y, to.y, box.top + MARGIN, box.bottom - MARGIN)
  const now = flow.getViewport()
  if (dx || dy) void flow.setViewport({ ...now, x: now.x + dx, y: now.y + dy }, { duration: ms() })
}

/** What others can do with the canvas in this frame; `pointer` gives where the pointer is on it, if it is. */
export const makeView = (
  flow: ReactFlowInstance<LayerNode>,
  frame: () => HTMLElement | null,
  pointer: () => Point | null,
): CanvasView & { readonly fitNow: () => void } => {
  const box = (): DOMRect => frame()?.getBoundingClientRect() ?? new DOMRect()
  const toCanvas = (point: Point): Point => flow.screenToFlowPosition(point, { snapToGrid: false })
  const middle = (): Point => {
    const { left, top, width, height } = box()
    return { x: left + width / 2, y: top + height / 2 }
  }
  return {
    fit: nodes => showCards(flow, box(), nodes ?? [], ms()),
    fitNow: () => showCards(flow, box(), [], 0),
    zoomIn: () => void flow.zoomIn({ duration: ms() }),
    zoomOut: () => void flow.zoomOut({ duration: ms() }),
    zoomTo: zoom => void flow.zoomTo(zoom, { duration: ms() }),
    allInSight: () => inside(flow, box()),
    reveal: node => reveal(flow, box(), node),
    toCanvas,
    contains: ({ x, y }) => frame()?.contains(document.elementFromPoint(x, y)) ?? false,
    middle: () => toCanvas(middle()),
    middleOnScreen: middle,
    pointer: () => {
      const at = pointer()
      return at && toCanvas(at)
    },
    pointerOnScreen: pointer,
    focus: () => frame()?.focus({ preventScroll: true }),
  }
}
