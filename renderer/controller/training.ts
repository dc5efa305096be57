import type { TrainCommand } from '../../shared/engine/protocol.ts'
import type { ProjectFile, TrainingSetup } from '../../shared/graph/document.ts'
import { setTraining } from '../../shared/graph/edit.ts'
import type { Issue } from '../../shared/result.ts'
import { whyNotTrain } from '../store/problems.ts'
import { apply, projectStore } from '../store/projectStore.ts'
import { emptyCurves, runStore } from '../store/runStore.ts'
import { say, showPanel, uiStore } from '../store/uiStore.ts'
import { ensureData } from './data.ts'
import { call } from './engine.ts'
import { clearEvaluation } from './evaluate.ts'
import { ensureModel, markTrained, rebuildFresh } from './model.ts'
import { rewatch } from './probe.ts'

/** Panels that show a run; Train leaves them in front. */
const RUN_PANELS: readonly string[] = ['curves', 'featureMaps', 'testPad']

const abort = (reason: Issue | null): void => {
  runStore.setState({ status: 'idle', issue: reason })
  if (reason) say(reason.message, 'bad')
}

const refuse = (reasons: readonly Issue[]): void => {
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more in Problems)` : ''
  say(`Training cannot start: ${reasons[0]?.message}${more}`, 'bad')
  showPanel('problems')
}

const begin = async (project: ProjectFile): Promise<void> => {
  const run = runStore.getState().run + 1
  const { version } = runStore.getState()
  const { backend } = runStore.getState()
  runStore.setState({
    ...runStore.getInitialState(),
    status: 'starting',
    run,
    backend,
    curves: emptyCurves(),
    version: version + 1,
    history: [],
  })
  const ready = await ensureModel()
  if (!ready.ok) return abort(ready.issues[0])
  const begun = await call('train', { project, setup: project.training, run })
  if (!begun.ok) return abort(begun.issues[0])
  markTrained(project)
  if (runStore.getState().status === 'stopping') send({ type: 'stop' })
  rewatch()
}

/** Trains the open project: checks it, loads its data if needed, and starts a run; says why when it cannot. */
export const startTraining = async (): Promise<void> => {
  if (runStore.getState().status !== 'idle') return
  const { project } = projectStore.getState()
  const reasons = whyNotTrain(project)
  if (reasons.length > 0) return refuse(reasons)
  runStore.setState({ status: 'starting', issue: null, epoch: 0, batch: 0, batches: 0 })
  if (!RUN_PANELS.includes(uiStore.getState().panel)) showPanel('curves')
  const data = await ensureData()
  if (runStore.getState().status !== 'starting') return abort(null)
  if (!data.ok) return abort(data.issues[0].code === 'data/cancelled' ? null : data.issues[0])
  const wrong = whyNotTrain(project)
  if (wrong.length > 0) {
    abort(null)
    return refuse(wrong)
  }
  await begin(project)
}

const send = (command: TrainCommand): void => {
  void call('command', command).then(answer => {
    if (!answer.ok) say(answer.issues[0].message, 'bad')
  })
}

/** Holds the run after the current batch. */
export const pause = (): void => {
  if (runStore.getState().status === 'running') send({ type: 'pause' })
}

/** Goes on after a pause. */
export const resume = (): void => {
  if (runStore.getState().status === 'paused') send({ type: 'resume' })
}

/** Trains on one batch while paused. */
export const step = (): void => {
  if (runStore.getState().status === 'paused') send({ type: 'step' })
}

/** Ends the run after the current batch; what was learned stays. */
export const stop = (): void => {
  const { status } = runStore.getState()
  if (status === 'idle' || status === 'stopping') return
  runStore.setState({ status: 'stopping' })
  if (status !== 'starting') send({ type: 'stop' })
}

/** Back to random weights, curves and evaluation included. */
export const forgetLearned = async (): Promise<void> => {
  if (runStore.getState().status !== 'idle') return
  const built = await rebuildFresh()
  if (!built.ok) return say(built.issues[0].message, 'bad')
  const { run, backend, version } = runStore.getState()
  runStore.setState({ ...runStore.getInitialState(), run, backend, curves: emptyCurves(), version: version + 1, history: [] })
  clearEvaluation()
  rewatch()
  say('The weights are random again')
}

/** Changes how the project is trained, as one undo step. */
export const changeTraining = (patch: Partial<TrainingSetup>, gesture: string | null = null): void =>
  apply('Change training', p => setTraining(p, patch), gesture)

/** Sends a run under way another rate if it is in that phase; one that has just ended does not hand its rate on. */
const sendRate = (value: number, fineTuning: boolean): void => {
  const { status, phase } = runStore.getState()
  if ((status !== 'running' && status !== 'paused') || (phase === 'fineTune') !== fineTuning) return
  send({ type: 'learningRate', value, ...(phase ? { phase } : {}) })
}

/** Changes the learning rate of the project and of a run under way, whose curves then carry a mark. */
export const setLearningRate = (value: number, gesture: string | null = null): void => {
  changeTraining({ learningRate: value }, gesture)
  sendRate(value, false)
}

/** The same for the rate of fine-tuning. */
export const setFineTuneRate = (value: number): void => {
  const { fineTune } = projectStore.getState().project.training
  if (!fineTune) return
  changeTraining({ fineTune: { ...fineTune, learningRate: value } })
  sendRate(value, true)
}
