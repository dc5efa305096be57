import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { NamedWeight } from '../../shared/engine/protocol.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { clearProbe } from '../store/probeStore.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { call } from './engine.ts'

/** Most parameters for which an untrained network is built unasked, only to look at it. */
const UNASKED = 3_000_000

/** Most parameters whose trained copy is sent along with every rebuild, so that undoing an edit brings them back. */
const SENT_ALONG = 20_000_000

interface ModelState {
  /** True when layers were changed since the last training: some weights may be random again. */
  readonly edited: boolean
}

/** What is known about the model in the worker beyond its weights. */
export const modelStore = createStore<ModelState>(() => ({ edited: false }))

/** Reads the model's state in a component. */
export const useModel = <T>(pick: (state: ModelState) => T): T => useStore(modelStore, pick)

let trainedKey = ''
let builtKey = ''
/** True when the worker may hold weights of another document, which must not be taken over. */
let foreign = true

/** Everything of a project that its model depends on; positions, names, frames and notes are not part of it. */
export const modelKey = ({ graph, training }: ProjectFile): string =>
  JSON.stringify([
    graph.nodes.map(n => [n.id, n.type, n.params, n.bypassed, n.frozen]),
    graph.wires.map(w => [w.from, w.to]),
    training.seed,
    training.backend,
  ])

/** Whether the worker holds the model of this project as it is now. */
export const isBuilt = (project: ProjectFile): boolean => builtKey === modelKey(project)

/** Remembers that this project's model stands. */
const markBuilt = (project: ProjectFile): void => {
  builtKey = modelKey(project)
  foreign = false
  modelStore.setState({ edited: trainedKey !== '' && trainedKey !== builtKey })
}

/** Remembers that a run trains this project's model. */
export const markTrained = (project: ProjectFile): void => {
  trainedKey = modelKey(project)
  markBuilt(project)
}

/** Forgets the model: the worker was replaced, or another document came. */
export const forgetModel = (): void => {
  builtKey = ''
  foreign = true
  trainedKey = ''
  modelStore.setState({ edited: false })
  clearProbe()
}

/** What a rebuild starts from: the last trained copy where it fits; without one, nothing of another document, or what the worker holds. */
const weightsFor = (): readonly NamedWeight[] | null => {
  const { weights } = weightsStore.getState()
  const small = (weights ?? []).reduce((sum, w) => sum + w.values.length, 0) <= SENT_ALONG
  return weights && (foreign || small) ? weights : foreign ? [] : null
}

/** Gives up the weights that the worker holds, e.g. after a run that ended in not-a-number: the next build takes the last good copy, or random ones. */
export const distrustModel = (): void => {
  builtKey = ''
  foreign = true
}

/** Throws away what was learned: the model is built anew with random weights. */
export const rebuildFresh = async (): Promise<Result<null>> => {
  weightsStore.setState({ weights: null })
  trainedKey = ''
  distrustModel()
  return ensureModel()
}

/** Builds the model of the open project unless it stands; trained weights that still fit are kept. */
export const ensureModel = async (): Promise<Result<null>> => {
  const { project, isOpen } = projectStore.getState()
  if (!isOpen) return fail('model/no-project', 'No project is open.')
  if (isBuilt(project)) return ok(null)
  const error = resolvedOf(project).issues.find(i => i.severity === 'error')
  if (error) return { ok: false, issues: [error] }
  const answer = await call('build', { project, weights: weightsFor() })
  if (!answer.ok) return answer
  markBuilt(project)
  return ok(null)
}

/** Whether an untrained or edited network may be built without being asked: it can be, nothing runs, and it is small or already lives. */
export const mayBuildUnasked = (): boolean => {
  const { project, isOpen } = projectStore.getState()
  if (!isOpen || runStore.getState().status !== 'idle') return false
  const { buildable, totals } = resolvedOf(project)
  return buildable && totals.layers > 0 && (builtKey !== '' || weightsStore.getState().weights !== null || totals.parameters <= UNASKED)
}
