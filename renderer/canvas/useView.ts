import { type PointerEvent, useEffect, useRef } from 'react'
import { useReactFlow, useStore } from 'reactflow'
import { CARD } from '../../shared/graph/layout.ts'
import type { Point } from './canvasStore.ts'
import { STRIP } from './geometry.ts'
import { setCanvasView } from './view.ts'

const noMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
const ms = (): number => (noMotion() ? 0 : 160)

/** Smallest zoom at which everything on a card is legible, and at which its name is. */
const LEVELS = { near: 0.6, middle: 0.3 } as const

/** Connects the canvas on screen with commands, watches the pointer, and says how much of a card to draw at this zoom. */
export const useView = () => {
  const flow = useReactFlow()
  const frame = useRef<HTMLDivElement>(null)
  const pointer = useRef<Point | null>(null)
  const level = useStore(({ transform: [, , zoom] }) => (zoom >= LEVELS.near ? 'near' : zoom >= LEVELS.middle ? 'middle' : 'far'))
  useEffect(() => {
    const box = (): DOMRect => frame.current?.getBoundingClientRect() ?? new DOMRect()
    const middle = (): Point => {
      const { left, top, width, height } = box()
      return { x: left + width / 2, y: top + height / 2 }
    }
    const _fit = (nodes: readonly string[] | null, duration: number): void => {
      const shown = flow.getNodes().filter(n => !nodes?.length || nodes.includes(n.id))
      if (!shown.length) return
      const bounds = flow.getNodesBounds(shown)
      const strips = shown.some(n => n.data.strip === true && n.data.folded === false)
      const width = bounds.width + (strips ? STRIP.gap + STRIP.width : 0)
      void flow.fitBounds({ ...bounds, width }, { padding: 0.06, duration, interpolate: 'linear' })
    }
    setCanvasView({
      fit: nodes => it(nodes ?? null, ms()),
      zoomIn: () => void flow.zoomIn({ duration: ms() }),
      zoomOut: () => void flow.zoomOut({ duration: ms() }),
      reveal: node => {
        const card = flow.getNode(node)
        if (!card) return
        const { x, y } = card.position
        const { left, top, right, bottom } = box()
        const from = flow.flowToScreenPosition({ x, y })
        const to = flow.flowToScreenPosition({ x: x + CARD.width, y: y + CARD.height })
        if (from.x >= left && from.y >= top && to.x <= right && to.y <= bottom) return
        void flow.setCenter(x + CARD.width / 2, y + CARD.height / 2, { zoom: flow.getZoom(), duration: ms() })
      },
      toCanvas: point => flow.screenToFlowPosition(point, { snapToGrid: false }),
      contains: ({ x, y }) => frame.current?.contains(document.elementFromPoint(x, y)) ?? false,
      middle: () => flow.screenToFlowPosition(middle()),
      middleOnScreen: middle,
      pointer: () => (pointer.current ? flow.screenToFlowPosition(pointer.current, { snapToGrid: false }) : null),
      pointerOnScreen: () => pointer.current,
      focus: () => frame.current?.focus({ preventScroll: true }),
    })
    return () => setCanvasView(null)
  }, [flow])
  return {
    frame,
    level,
    onPointerMove: (event: PointerEvent) => {
      pointer.current = { x: event.clientX, y: event.clientY }
    },
    onPointerLeave: () => {
      pointer.current = null
    },
  }
}
