import type { DataSummary } from '../../shared/engine/protocol.ts'
import type { BackendId, ProjectFile } from '../../shared/graph/document.ts'
import { sameShape } from '../../shared/layers/shape.ts'
import type { Issue } from '../../shared/result.ts'
import { dataStore, isLoaded } from '../store/dataStore.ts'
import { clearProbe, probeStore } from '../store/probeStore.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { say } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { connectEngine } from '../worker/engineClient.ts'
import { ensureData, forgetLoaded, isAtHand, wantedShape } from './data.ts'
import { call, setEngine } from './engine.ts'
import { clearEvaluation } from './evaluate.ts'
import { latest, quiet } from './latest.ts'
import { distrustModel, ensureModel, forgetModel, isBuilt, mayBuildUnasked } from './model.ts'
import { rewatch, watch } from './probe.ts'
import { replayed } from './runEvents.ts'
import { adoptEpoch, copyWeights, keepEpoch, weightsAtRest } from './weights.ts'

type Projects = ReturnType<typeof projectStore.getState>

/** How long edits must rest before the model follows, ms. */
const REST = 350
/** Least time between two takings-over of an epoch's weights while training, ms; each is written to the kept work soon after. */
const WEIGHTS_EVERY = 10_000

/** The data that the strips were last shown for. */
let seen: DataSummary | null = null

const loadIfAtHand = async (project: ProjectFile): Promise<boolean> => {
  if (isLoaded(project)) return true
  return isAtHand(project.data.source) && (await ensureData()).ok
}

let asked: BackendId | 'auto' | null = null
const showBackend = async (prefer: BackendId | 'auto'): Promise<void> => {
  if (asked === prefer && runStore.getState().backend !== null) return
  asked = prefer
  const report = await call('backend', { prefer })
  if (report.ok) runStore.setState({ backend: report.value })
}

/** Brings data, model and strips up to what is on the canvas, as far as nobody has to be asked. */
const follow = latest(async (_: null) => {
  const { project, isOpen } = projectStore.getState()
  if (!isOpen || runStore.getState().status !== 'idle') return
  if (!(await loadIfAtHand(project)) || !mayBuildUnasked()) return
  await showBackend(project.training.backend)
  const { summary } = dataStore.getState()
  if (summary && !sameShape(summary.shape, wantedShape(project) ?? [])) {
    // Samples of this data do not go into this network: there is nothing true to show.
    seen = summary
    watch(null)
    return
  }
  const stands = isBuilt(project)
  if (stands && summary === seen && probeStore.getState().result) return
  await weightsAtRest()
  if (!(await ensureModel()).ok) return
  seen = summary
  if (!stands) clearEvaluation()
  rewatch()
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
  adoptEpoch()
  if (runStore.getState().status !== 'idle') runStore.setState({ status: 'idle', issue: reason })
  // A run that it ended has told already, and of its weights too.
  const { issue } = runStore.getState()
  say((issue?.code === reason.code ? issue : reason).message, 'bad')
  followSoon()
}

/** Weights ruined by a failed run are not kept: those of its last good epoch take their place, or the last copy from before. */
const onFailed = (reason: Issue): void => {
  const epoch = adoptEpoch()
  const kept = epoch === null ? 'What was learned before it is kept.' : `The weights of epoch ${epoch} are kept.`
  if (reason.code !== 'train/not-finite') runStore.setState({ issue: { ...reason, message: `${reason.message} ${kept}` } })
  distrustModel()
  runStore.setState({ trained: weightsStore.getState().weights !== null })
  followSoon()
}

type Run = ReturnType<typeof runStore.getState>

const onRun = (now: Run, before: Run): void => {
  const halted = now.status !== before.status && (now.status === 'idle' || now.status === 'paused')
  if (halted && now.step > 0 && now.issue) onFailed(now.issue)
  if (halted && now.step > 0 && !now.issue) copyWeights()
  if (halted && now.status === 'idle') followSoon()
  if (now.epoch !== before.epoch && now.status === 'running') adoptEpoch(WEIGHTS_EVERY)
}

/** A network that cannot be built has no activations; showing old ones would lie. */
const hideStale = (project: ProjectFile): void => {
  if (runStore.getState().status === 'idle' && probeStore.getState().result && !resolvedOf(project).buildable) clearProbe()
}

/** Sets up the engine and what follows from edits, loads and runs; called once, before the window is shown. */
export const startTraining = (): void => {
  setEngine(connectEngine, { replaced: onEngineReplaced, epoch: keepEpoch })
  projectStore.subscribe((now, before) => {
    if (wasReplaced(now, before)) onReplaced()
    if (now.project !== before.project && now.isOpen) {
      hideStale(now.project)
      followSoon()
    }
  })
  dataStore.subscribe((now, before) => {
    if (now.summary !== before.summary && now.summary) followSoon()
  })
  runStore.subscribe(onRun)
}
