import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Cut } from '../../shared/graph/transfer.ts'
import type { Point } from './canvasStore.ts'

interface CutState {
  /** Whether the pointer draws a line across wires. */
  readonly tool: boolean
  /** Wires that the line crosses now. */
  readonly crossed: ReadonlySet<string>
  /** A cut that waits for what is to be done with it, and where its box stands in the window. */
  readonly ask: { readonly cut: Cut; readonly point: Point } | null
}

const NONE: ReadonlySet<string> = new Set()

/** The line that parts a network into what stays and what is replaced, while it is drawn. */
export const cutStore = createStore<CutState>(() => ({ tool: false, crossed: NONE, ask: null }))

/** Takes the knife in hand, or puts it away. */
export const toggleCutTool = (): void => cutStore.setState(s => ({ tool: !s.tool, crossed: NONE, ask: null }))

/** Puts the knife and its box away. */
export const closeCut = (): void => cutStore.setState({ tool: false, crossed: NONE, ask: null })

/** Asks what is to be done with a cut. */
export const askAbout = (cut: Cut, point: Point): void =>
  cutStore.setState({ tool: false, crossed: new Set(cut.wires), ask: { cut, point } })

/** Reads the cut store in a component. */
export const useCut = <T>(pick: (state: CutState) => T): T => useStore(cutStore, pick)
