import { type PointerEvent, useCallback, useEffect, useRef } from 'react'
import { useReactFlow, useStore } from 'reactflow'
import { probeStore } from '../store/probeStore.ts'
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
  /** Whether the user chose what is in sight since the last fit. */
  const chosen = useRef(false)
  const level = useStore(({ transform: [, , zoom] }) => (zoom >= LEVELS.near ? 'near' : zoom >= LEVELS.middle ? 'middle' : 'far'))
  useEffect(() => {
    const view = makeView(
      flow,
      () => frame.current,
      () => pointer.current,
    )
    setCanvasView(view)
    const show = (): void => {
      chosen.current = false
      requestAnimationFrame(view.fitNow)
    }
    show()
    // A document just opened has no history; then the whole of it is shown.
    const offProject = projectStore.subscribe((now, before) => {
      if (now.project !== before.project && !now.past.length && !now.future.length) show()
    })
    // When the film strips appear, they come into sight unless the user looks at a place of their own.
    const offProbe = probeStore.subscribe((now, before) => {
      if (now.byNode.size > 0 && before.byNode.size === 0 && !chosen.current) requestAnimationFrame(() => view.fit())
    })
    return () => {
      offProject()
      offProbe()
      setCanvasView(null)
    }
  }, [flow])
  return {
    frame,
    level,
    onMoveStart: useCallback((event: unknown) => {
      if (event) chosen.current = true
    }, []),
    onPointerMove: (event: PointerEvent) => {
      pointer.current = { x: event.clientX, y: event.clientY }
    },
    onPointerLeave: () => {
      pointer.current = null
    },
  }
}
