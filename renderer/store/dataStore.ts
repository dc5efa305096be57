import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { DataSummary } from '../../shared/engine/protocol.ts'
import type { Issue } from '../../shared/result.ts'

interface DataState {
  /** What the worker holds; null until loaded. */
  readonly summary: DataSummary | null
  /** Progress of a load under way: share done 0–1 and what is being done. */
  readonly loading: { readonly what: string; readonly done: number } | null
  readonly issue: Issue | null
}

/** The data set that the worker holds. */
export const dataStore = createStore<DataState>(() => ({ summary: null, loading: null, issue: null }))

/** Reads the data store in a component. */
export const useData = <T>(pick: (state: DataState) => T): T => useStore(dataStore, pick)
