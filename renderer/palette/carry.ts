import type { PointerEvent as ReactPointerEvent } from 'react'
import { CARD } from '../../shared/graph/layout.ts'
import { addLayerAt } from '../canvas/add.ts'
import { canvasStore, type Point } from '../canvas/canvasStore.ts'
import { placesOf, wireUnder } from '../canvas/geometry.ts'
import { canvasView } from '../canvas/view.ts'
import { projectStore } from '../store/projectStore.ts'

/** Pixels after which a press becomes a drag. */
const START = 4

/** Top left corner of a card whose middle is under the pointer. */
const placeAt = (point: Point) => {
  const at = canvasView()?.toCanvas(point)
  return at ? { x: Math.round(at.x - CARD.width / 2), y: Math.round(at.y - CARD.height / 2) } : null
}

const track = (type: string, point: Point): void => {
  const place = canvasView()?.contains(point) ? placeAt(point) : null
  const { nodes, wires } = projectStore.getState().project.graph
  const dropWire = place ? wireUnder(place, placesOf(nodes), wires, canvasStore.getState().direction) : null
  canvasStore.setState({ carried: { type, point }, dropWire })
}

const drop = (type: string, point: Point): void => {
  const { dropWire } = canvasStore.getState()
  const place = placeAt(point)
  if (place && canvasView()?.contains(point)) addLayerAt(type, place, dropWire)
}

/** Starts carrying a layer from the palette to the canvas; dropped on a wire it is inserted, Escape lets it go. */
export const startCarry = (type: string, event: ReactPointerEvent): void => {
  if (event.button !== 0) return
  const from = { x: event.clientX, y: event.clientY }
  let carrying = false
  const move = (e: PointerEvent): void => {
    const point = { x: e.clientX, y: e.clientY }
    carrying ||= Math.hypot(point.x - from.x, point.y - from.y) > START
    if (carrying) track(type, point)
  }
  const stop = (): void => {
    window.removeEventListener('pointermove', move)
    window.removeEventListener('pointerup', up)
    window.removeEventListener('pointercancel', stop)
    window.removeEventListener('keydown', letGo, true)
    canvasStore.setState({ carried: null, dropWire: null })
  }
  const up = (e: PointerEvent): void => {
    if (carrying) drop(type, { x: e.clientX, y: e.clientY })
    stop()
  }
  const letGo = (e: KeyboardEvent): void => {
    if (e.key !== 'Escape') return
    e.stopPropagation()
    stop()
  }
  window.addEventListener('pointermove', move)
  window.addEventListener('pointerup', up)
  window.addEventListener('pointercancel', stop)
  window.addEventListener('keydown', letGo, true)
}
