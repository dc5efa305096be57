import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { blankProject, type ProjectFile } from '../../shared/graph/document.ts'
import { resolve } from '../../shared/graph/resolve.ts'
import type { Resolved } from '../../shared/graph/resolved.ts'

/** Where the open project lives; token null means it was never saved. */
export interface OpenFile {
  readonly token: string | null
  readonly name: string
  /** False for a browser download, which cannot be written again in place. */
  readonly durable: boolean
}

/** One undo step: the document before it and what it did. */
interface Step {
  readonly label: string
  readonly before: ProjectFile
  /** Edits of one gesture (a drag, a slider) share it and merge into one step. */
  readonly gesture: string | null
}

interface ProjectState {
  readonly project: ProjectFile
  readonly past: readonly Step[]
  readonly future: readonly { readonly label: string; readonly after: ProjectFile }[]
  readonly file: OpenFile | null
  /** The document as last saved or opened; unsaved work is `project !== saved`. */
  readonly saved: ProjectFile
  /** False while the start page is shown. */
  readonly isOpen: boolean
}

/** Most undo steps kept; the oldest is dropped first. */
const MAX_STEPS = 500
const blank = blankProject()

/** The open document and its history. Documents are immutable and kept by reference. */
export const projectStore = createStore<ProjectState>(() => ({
  project: blank,
  past: [],
  future: [],
  file: null,
  saved: blank,
  isOpen: false,
}))

/** Runs one pure edit as one undo step; edits that name the same gesture in a row merge. An edit that returns the same document is no step. */
export const apply = (label: string, edit: (project: ProjectFile) => ProjectFile, gesture: string | null = null): void => {
  const { project, past } = projectStore.getState()
  const after = edit(project)
  if (after === project) return
  const last = past.at(-1)
  const merges = gesture !== null && last?.gesture === gesture
  const next = merges ? past : [...past, { label, before: project, gesture }].slice(-MAX_STEPS)
  projectStore.setState({ project: after, past: next, future: [] })
}

/** Ends a gesture, so that the next edit with the same name is a step of its own. */
export const endGesture = (): void => {
  const { past } = projectStore.getState()
  const last = past.at(-1)
  if (last?.gesture) projectStore.setState({ past: [...past.slice(0, -1), { ...last, gesture: null }] })
}

/** Takes back the last step; returns its label, or null when there is none. */
export const undo = (): string | null => {
  const { project, past, future } = projectStore.getState()
  const last = past.at(-1)
  if (!last) return null
  projectStore.setState({ project: last.before, past: past.slice(0, -1), future: [...future, { label: last.label, after: project }] })
  return last.label
}

/** Does the last undone step again; returns its label, or null when there is none. */
export const redo = (): string | null => {
  const { project, past, future } = projectStore.getState()
  const next = future.at(-1)
  if (!next) return null
  projectStore.setState({
    project: next.after,
    past: [...past, { label: next.label, before: project, gesture: null }],
    future: future.slice(0, -1),
  })
  return next.label
}

/** Opens a document in place of the current one; history starts anew. `dirty` marks it as unsaved (a recovered state). */
export const load = (project: ProjectFile, file: OpenFile | null, dirty = false): void => {
  projectStore.setState({ project, past: [], future: [], file, saved: dirty ? blankProject() : project, isOpen: true })
}

/** Remembers that this document now stands in this file. */
export const markSaved = (project: ProjectFile, file: OpenFile): void => projectStore.setState({ saved: project, file })

/** Back to the start page. */
export const close = (): void => projectStore.setState({ project: blank, past: [], future: [], file: null, saved: blank, isOpen: false })

const resolvedCache = new WeakMap<ProjectFile, Resolved>()

/** Everything that follows from a document; computed once per document. */
export const resolvedOf = (project: ProjectFile): Resolved => {
  const known = resolvedCache.get(project)
  if (known) return known
  const resolved = resolve(project)
  resolvedCache.set(project, resolved)
  return resolved
}

/** Whether there is work that no file holds. */
export const isDirty = (s: { project: ProjectFile; saved: ProjectFile }): boolean => s.project !== s.saved

/** Reads the project store in a component. */
export const useProject = <T>(select: (state: ProjectState) => T): T => useStore(projectStore, select)

/** The resolved form of the open document. */
export const useResolved = (): Resolved => resolvedOf(useProject(s => s.project))
