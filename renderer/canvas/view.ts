import type { Position } from '../../shared/graph/document.ts'
import type { Point } from './canvasStore.ts'

/** What commands and other places can do with the canvas on screen. */
export interface CanvasView {
  /** Shows all cards, or these. */
  fit(nodes?: readonly string[]): void
  zoomIn(): void
  zoomOut(): void
  zoomTo(zoom: number): void
  /** Whether every card lies inside the canvas, with the room of its strip. */
  allInSight(): boolean
  /** Pans until one card is in sight. */
  reveal(node: string): void
  /** From a point of the window to the canvas. */
  toCanvas(point: Point): Position
  /** Whether a point of the window lies on the canvas. */
  contains(point: Point): boolean
  /** Middle of what is visible, in canvas coordinates. */
  middle(): Position
  /** The last place of the pointer on the canvas in canvas coordinates, or null when it is elsewhere. */
  pointer(): Position | null
  /** The same two as points of the window. */
  middleOnScreen(): Point
  pointerOnScreen(): Point | null
  /** Gives the canvas the keyboard. */
  focus(): void
}

let current: CanvasView | null = null

/** The canvas on screen, or null when there is none (start page). */
export const canvasView = (): CanvasView | null => current

/** Called by the canvas when it appears and disappears. */
export const setCanvasView = (view: CanvasView | null): void => {
  current = view
}
