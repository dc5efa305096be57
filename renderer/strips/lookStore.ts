import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { showPanel, uiStore } from '../store/uiStore.ts'

interface LookState {
  /** Layer that the Feature maps panel was sent to; null follows the selection. */
  readonly node: string | null
  /** Channel or unit shown large; null shows all. */
  readonly channel: number | null
}

/** What the user looks at closely. */
export const lookStore = createStore<LookState>(() => ({ node: null, channel: null }))

/** Opens a layer, or one channel of it large, in the Feature maps panel. */
export const lookAt = (node: string, channel: number | null = null): void => {
  lookStore.setState({ node, channel })
  showPanel('featureMaps')
}

// Selecting another layer takes the closer look there.
uiStore.subscribe((now, before) => {
  const [node] = now.selectedNodes
  if (now.selectedNodes !== before.selectedNodes && node !== undefined && node !== lookStore.getState().node) {
    lookStore.setState({ node: null, channel: null })
  }
})

/** Reads the look store in a component. */
export const useLook = <T>(pick: (state: LookState) => T): T => useStore(lookStore, pick)
