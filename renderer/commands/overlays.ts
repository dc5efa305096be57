import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { uiStore } from '../store/uiStore.ts'

interface Overlays {
  /** What the command palette searches. */
  readonly scope: 'all' | 'nodes' | 'connect'
  readonly sheet: boolean
}

/** State of the windows over the window, beside `uiStore.commandPaletteOpen`. */
export const overlayStore = createStore<Overlays>(() => ({ scope: 'all', sheet: false }))

/** Opens the command palette, or closes it when it is open with the same scope. */
export const toggleCommandPalette = (scope: Overlays['scope']): void => {
  const same = overlayStore.getState().scope === scope
  overlayStore.setState({ scope })
  uiStore.setState(s => ({ commandPaletteOpen: !(s.commandPaletteOpen && same) }))
}

/** Shows or hides the shortcut sheet. */
export const showSheet = (sheet: boolean): void => overlayStore.setState({ sheet })

/** Reads the overlay store in a component. */
export const useOverlay = <T>(pick: (state: Overlays) => T): T => useStore(overlayStore, pick)
