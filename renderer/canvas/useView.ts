import { type PointerEvent, useEffect, useRef } from 'react'
import { useReactFlow, useStore } from 'reactflow'
import { projectStore } from '../store/projectStore.ts'
import type { Point } from './canvasStore.ts'
import { makeView } from './makeView.ts'
import type { LayerNode } from './toFlow.ts'
import { setCanvasView } from './view.ts'

/** Smallest zoom at which everything on a card is legible, and at which its name is. */
const LEVELS = { near: 0.6, middle: 0.3 } as const

/** Connects the canvas on screen with commands, watches the pointer, and says how much of a card to draw at this zoom. */
export const useView = () => {
  const flow = useReactFlow<LayerNode>()
  const frame = useRef<HTMLElement>(null)
  const pointer = useRef<Point | null>(null)
  const level = useStore(({ transform: [, , zoom] }) => (zoom >= LEVELS.near ? 'near' : zoom >= LEVELS.middle ? 'middle' : 'far'))
  useEffect(() => {
    const view = makeView(
      flow,
      () => frame.current,
      () => pointer.current,
    )
    setCanvasView(view)
    const show = (): void => void requestAnimationFrame(view.fitNow)
    show()
    // A document just opened has no history; then the whole of it is shown.
    const off = projectStore.subscribe((now, before) => {
      if (now.project !== before.project && !now.past.length && !now.future.length) show()
    })
    return () => {
      off()
      setCanvasView(null)
    }
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
