import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { NamedWeight } from '../../shared/engine/protocol.ts'

interface WeightsState {
  /** Trained weights as the window last got them from the worker or a file; null while untrained. */
  readonly weights: readonly NamedWeight[] | null
  /** Those that the project's file holds; equal to `weights` when nothing was learned since. */
  readonly saved: readonly NamedWeight[] | null
}

/** The trained weights that saving and autosaving write. The worker stays the owner while it trains. */
export const weightsStore = createStore<WeightsState>(() => ({ weights: null, saved: null }))

/** Whether something was learned that no file holds. */
export const isUnsavedLearning = ({ weights, saved }: WeightsState): boolean => weights !== saved && weights !== null

/** Reads the weights store in a component. */
export const useWeights = <T>(pick: (state: WeightsState) => T): T => useStore(weightsStore, pick)
