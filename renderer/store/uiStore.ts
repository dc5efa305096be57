import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export const MODES = ['design', 'data', 'train', 'explore', 'deploy'] as const
export type Mode = (typeof MODES)[number]
export type Theme = 'system' | 'dark' | 'light'

interface UiState {
  readonly mode: Mode
  readonly theme: Theme
  readonly selectedNodes: readonly string[]
  readonly selectedWires: readonly string[]
  /** Id of the dock panel in front. */
  readonly panel: string
  readonly dockOpen: boolean
  readonly commandPaletteOpen: boolean
  /** Last answer to a gesture that could not be done, or that was; shown for a few seconds. */
  readonly toast: { readonly text: string; readonly tone: 'plain' | 'good' | 'bad'; readonly at: number } | null
}

/** What the window shows, apart from the document itself. */
export const uiStore = createStore<UiState>(() => ({
  mode: 'design',
  theme: 'system',
  selectedNodes: [],
  selectedWires: [],
  panel: 'curves',
  dockOpen: true,
  commandPaletteOpen: false,
  toast: null,
}))

/** Selects nodes and wires, replacing what was selected. */
export const select = (nodes: readonly string[], wires: readonly string[] = []): void =>
  uiStore.setState({ selectedNodes: nodes, selectedWires: wires })

/** Brings a dock panel to the front and opens the dock. */
export const showPanel = (panel: string): void => uiStore.setState({ panel, dockOpen: true })

/** Says one sentence at the bottom of the canvas, and to screen readers. */
export const say = (text: string, tone: 'plain' | 'good' | 'bad' = 'plain'): void =>
  uiStore.setState({ toast: { text, tone, at: Date.now() } })

/** Reads the UI store in a component. */
export const useUi = <T>(pick: (state: UiState) => T): T => useStore(uiStore, pick)
