import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Position } from '../../shared/graph/document.ts'

/** Which way the network flows on the canvas. */
export type Direction = 'down' | 'right'

/** A point of the window in CSS pixels, as pointer events give it. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A wire that is being drawn: from which card's output or into which card's input, and which cards may take it. */
export interface Connecting {
  readonly node: string
  readonly side: 'out' | 'in'
  readonly possible: ReadonlySet<string>
}

/** The search for a layer to add: where it stands, where the layer goes, and what it gets connected to. */
export interface QuickAdd {
  readonly screen: Point
  /** Top left corner of the new card; null places it after the selection. */
  readonly at: Position | null
  readonly connect: { readonly node: string; readonly side: 'out' | 'in' } | null
  readonly wire: string | null
}

export type MenuTarget = { readonly kind: 'node' | 'wire'; readonly id: string } | { readonly kind: 'canvas' }

interface CanvasState {
  readonly direction: Direction
  /** Cards under the pointer while they are dragged; the document changes when they are dropped. */
  readonly dragged: ReadonlyMap<string, Position>
  /** A layer on its way from the palette. */
  readonly carried: { readonly type: string; readonly point: Point } | null
  /** The wire that would take what is being dragged. */
  readonly dropWire: string | null
  readonly hoverWire: string | null
  readonly connecting: Connecting | null
  /** The wire that was picked up by one end. */
  readonly heldWire: string | null
  readonly quickAdd: QuickAdd | null
  readonly menu: { readonly point: Point; readonly target: MenuTarget } | null
  /** The card whose name is being typed. */
  readonly renaming: string | null
  /** Layer types added lately, newest first. */
  readonly recent: readonly string[]
}

const KEY = 'netloom.canvas'
const MAX_RECENT = 6

interface Kept {
  readonly direction: Direction
  readonly recent: readonly string[]
}

/** What the last window left; anything unexpected counts as nothing. */
const kept = (): Kept => {
  try {
    const found: unknown = JSON.parse(globalThis.localStorage?.getItem(KEY) ?? '{}')
    const { direction, recent } = (found ?? {}) as Record<string, unknown>
    return {
      direction: direction === 'right' ? 'right' : 'down',
      recent: Array.isArray(recent) ? recent.filter((t): t is string => typeof t === 'string').slice(0, MAX_RECENT) : [],
    }
  } catch {
    return { direction: 'down', recent: [] }
  }
}

/** What the canvas shows apart from the document and the selection: gestures under way and small choices. */
export const canvasStore = createStore<CanvasState>(() => ({
  ...kept(),
  dragged: new Map(),
  carried: null,
  dropWire: null,
  hoverWire: null,
  connecting: null,
  heldWire: null,
  quickAdd: null,
  menu: null,
  renaming: null,
}))

const keep = (): void => {
  const { direction, recent } = canvasStore.getState()
  globalThis.localStorage?.setItem(KEY, JSON.stringify({ direction, recent }))
}

/** Sets which way networks flow and remembers it. */
export const setDirection = (direction: Direction): void => {
  canvasStore.setState({ direction })
  keep()
}

/** Puts a layer type first among the recent ones. */
export const rememberLayer = (type: string): void => {
  canvasStore.setState(s => ({ recent: [type, ...s.recent.filter(t => t !== type)].slice(0, MAX_RECENT) }))
  keep()
}

/** Reads the canvas store in a component. */
export const useCanvas = <T>(pick: (state: CanvasState) => T): T => useStore(canvasStore, pick)
