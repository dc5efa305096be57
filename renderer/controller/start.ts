import type { ProjectFile } from '../../shared/graph/document.ts'
import type { Issue } from '../../shared/result.ts'
import { dataStore } from '../store/dataStore.ts'
import { projectStore } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { say } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { connectEngine } from '../worker/engineClient.ts'
import { ensureData, forgetLoaded, isAtHand, isLoaded } from './data.ts'
import { call, setEngine } from './engine.ts'
import { clearEvaluation } from './evaluate.ts'
import { latest, quiet } from './latest.ts'
import { ensureModel, forgetModel, isBuilt, mayBuildUnasked } from './model.ts'
import { rewatch, watch } from './probe.ts'
import { replayed } from './runEvents.ts'

type Projects = ReturnType<typeof projectStore.getState>

/** How long edits must rest before the model follows, ms. */
const REST = 350
/** Least time between two copies of the weights while training, ms. */
const WEIGHTS_EVERY = 10_000

const loadIfAtHand = async (project: ProjectFile): Promise<boolean> => {
  if (isLoaded(project)) return true
  return isAtHand(project.data.source) && (await ensureData()).ok
}

/** Brings data, model and strips up to what is on the canvas, as far as nobody has to be asked. */
const follow = latest(async (_: null) => {
  const { project, isOpen } = projectStore.getState()
  if (!isOpen || !mayBuildUnasked()) return
  if (!(await loadIfAtHand(project))) return
  const { backend } = runStore.getState()
  if (backend === null) {
    const report = await call('backend', { prefer: project.training.backend })
    if (report.ok) runStore.setState({ backend: report.value })
  }
  if (isBuilt(project)) return
  const built = await ensureModel()
  if (built.ok) rewatch()
})
const followSoon = quiet(REST, () => follow(null))

/** Loading puts a new history and no undo steps; undoing to the start leaves something to redo. */
const wasReplaced = (now: Projects, before: Projects): boolean =>
  now.past !== before.past && now.past.length === 0 && now.future.length === 0

const onReplaced = (): void => {
  if (runStore.getState().run > 0) void call('command', { type: 'stop' })
  runStore.setState(s => ({ run: s.run + 1, ...(s.history.length > 0 ? replayed(s.history) : {}) }))
  forgetModel()
  clearEvaluation()
  watch(null)
}

/** A new worker holds nothing: data and model are brought back, trained weights from their last copy. */
const onEngineReplaced = (reason: Issue): void => {
  forgetLoaded()
  forgetModel()
  if (runStore.getState().status !== 'idle') runStore.setState({ status: 'idle', issue: reason })
  say(reason.message, 'bad')
  followSoon()
}

let copied = 0
const copyWeights = latest(async (_: null) => {
  const { run } = runStore.getState()
  const answer = await call('weights', {})
  copied = Date.now()
  if (answer.ok && runStore.getState().run === run) weightsStore.setState({ weights: answer.value })
})

const onRun = (now: ReturnType<typeof runStore.getState>, before: typeof now): void => {
  if (now.status !== before.status && (now.status === 'idle' || now.status === 'paused') && now.step > 0) {
    copyWeights(null)
    if (now.status === 'idle') followSoon()
  } else if (now.epoch !== before.epoch && now.status === 'running' && Date.now() - copied > WEIGHTS_EVERY) copyWeights(null)
}

/** Sets up the engine and what follows from edits, loads and runs; called once, before the window is shown. */
export const startTraining = (): void => {
  setEngine(connectEngine, onEngineReplaced)
  projectStore.subscribe((now, before) => {
    if (wasReplaced(now, before)) onReplaced()
    if (now.project !== before.project && now.isOpen) followSoon()
  })
  dataStore.subscribe((now, before) => {
    if (now.summary !== before.summary && now.summary) followSoon()
  })
  runStore.subscribe(onRun)
}
