import type { NamedWeight, TrainEvent } from '../../shared/engine/protocol.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { packProject } from '../../shared/project/pack.ts'
import type { Issue } from '../../shared/result.ts'
import { notesStore } from '../store/notesStore.ts'
import { isDirty, load, type OpenFile, projectStore } from '../store/projectStore.ts'
import { emptyCurves, runStore } from '../store/runStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { isUnsavedLearning, weightsStore } from '../store/weightsStore.ts'

/** What belongs to a document beside itself. */
interface Work {
  readonly file?: OpenFile
  readonly weights?: readonly NamedWeight[] | null
  readonly history?: readonly unknown[]
  /** What the user should know about the file it came from. */
  readonly notes?: readonly Issue[]
  /** True for work that no file holds (recovered after a crash). */
  readonly unsaved?: boolean
}

/** The whole working state as bytes of a `.netloom` file. */
export const packWork = (project: ProjectFile): Promise<Uint8Array<ArrayBuffer>> =>
  packProject({ project, weights: weightsStore.getState().weights, history: runStore.getState().history })

const isEvent = (v: unknown): v is TrainEvent => typeof v === 'object' && v !== null && 'type' in v

/** Puts a document on the canvas with its trained weights, in place of the open one. */
export const show = (project: ProjectFile, { file, weights, history, notes = [], unsaved = false }: Work = {}): void => {
  notesStore.setState({ notes })
  weightsStore.setState({ weights: weights ?? null, saved: unsaved ? null : (weights ?? null) })
  const { run, backend } = runStore.getState()
  const events = (history ?? []).filter(isEvent)
  runStore.setState({ ...runStore.getInitialState(), run, backend, curves: emptyCurves(), history: events, trained: !!weights })
  uiStore.setState({ selectedNodes: [], selectedWires: [], mode: 'design' })
  load(project, file ?? null, unsaved)
}

/** Whether the open document or what it learned stands in no file. */
export const hasUnsavedWork = (): boolean => {
  const state = projectStore.getState()
  return state.isOpen && (isDirty(state) || isUnsavedLearning(weightsStore.getState()))
}
