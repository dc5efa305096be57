import { type RefObject, useEffect } from 'react'
import { runStore } from '../store/runStore.ts'

/** Least time between two moves of the wires, ms: each one repaints them on the processor that trains. */
const EVERY = 120
/** How far the dashes go each time, and after how far they look as at first, pixels of the canvas. */
const STEP = 1.8
const PERIOD = 9

/** Moves the dashes of the wires along when batches have been trained; nothing moves while the training stands. */
export const useWireFlow = (frame: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)')
    let moved = 0
    let offset = 0
    return runStore.subscribe((now, before) => {
      if (now.step === before.step || now.status !== 'running' || isStill.matches) return
      const time = performance.now()
      const wires = frame.current?.querySelector<HTMLElement>('.react-flow__edges')
      if (!wires || time < moved + EVERY || frame.current?.dataset.level !== 'near') return
      moved = time
      offset = (offset + STEP) % PERIOD
      // Inherited by every wire.
      wires.style.strokeDashoffset = String(-offset)
    })
  }, [frame])
}
