import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { DataSummary } from '../../shared/engine/protocol.ts'
import type { DataChoice, ProjectFile } from '../../shared/graph/document.ts'
import type { Issue } from '../../shared/result.ts'

interface DataState {
  /** What the worker holds; null until loaded. */
  readonly summary: DataSummary | null
  /** The choice that `summary` was loaded for. */
  readonly loadedFor: DataChoice | null
  /** Progress of a load under way: share done 0–1 and what is being done. */
  readonly loading: { readonly what: string; readonly done: number } | null
  readonly issue: Issue | null
}

/** The data set that the worker holds. */
export const dataStore = createStore<DataState>(() => ({ summary: null, loadedFor: null, loading: null, issue: null }))

/** Reads the data store in a component. */
export const useData = <T>(pick: (state: DataState) => T): T => useStore(dataStore, pick)

/** Whether the worker holds exactly the data that this project asks for. */
export const isLoaded = ({ data }: ProjectFile): boolean => {
  const { summary, loadedFor } = dataStore.getState()
  return summary !== null && (loadedFor === data || JSON.stringify(loadedFor) === JSON.stringify(data))
}
