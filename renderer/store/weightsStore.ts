import { createStore } from 'zustand/vanilla'
import type { NamedWeight } from '../../shared/engine/protocol.ts'

interface WeightsState {
  /** Trained weights as the window last got them from the worker or a file; null while untrained. */
  readonly weights: readonly NamedWeight[] | null
}

/** The trained weights that saving and autosaving write. The worker stays the owner while it trains. */
export const weightsStore = createStore<WeightsState>(() => ({ weights: null }))
