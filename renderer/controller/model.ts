import type { ProjectFile } from '../../shared/graph/document.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { clearProbe } from '../store/probeStore.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { call } from './engine.ts'

/** Most parameters for which an untrained network is built unasked, only to look at it. */
const UNASKED = 3_000_000

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

/** Remembers that a run has built this project's model. */
export const markBuilt = (project: ProjectFile): void => {
  builtKey = modelKey(project)
  foreign = false
}

/** Forgets the model: the worker was replaced, or another document came. */
export const forgetModel = (): void => {
  builtKey = ''
  foreign = true
  clearProbe()
}

/** Throws away what was learned: the model is built anew with random weights. */
export const rebuildFresh = async (): Promise<Result<null>> => {
  weightsStore.setState({ weights: null })
  builtKey = ''
  foreign = true
  return ensureModel()
}

/** Builds the model of the open project unless it stands; trained weights that still fit are kept. */
export const ensureModel = async (): Promise<Result<null>> => {
  const { project, isOpen } = projectStore.getState()
  if (!isOpen) return fail('model/no-project', 'No project is open.')
  if (isBuilt(project)) return ok(null)
  const error = resolvedOf(project).issues.find(i => i.severity === 'error')
  if (error) return { ok: false, issues: [error] }
  const weights = foreign ? (weightsStore.getState().weights ?? []) : null
  const answer = await call('build', { project, weights })
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
