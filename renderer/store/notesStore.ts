import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Issue } from '../../shared/result.ts'

/** What the user should know about the open document's file, e.g. layers kept as placeholders; empty for most. */
export const notesStore = createStore<{ readonly notes: readonly Issue[] }>(() => ({ notes: [] }))

/** The notes of the open document. */
export const useNotes = (): readonly Issue[] => useStore(notesStore, s => s.notes)
