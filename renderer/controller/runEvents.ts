import type { TrainEvent } from '../../shared/engine/protocol.ts'
import { type Curves, emptyCurves, type RunStatus, runStore, type Series } from '../store/runStore.ts'
import { thinHistory, thinSeries } from './thin.ts'

type RunState = ReturnType<typeof runStore.getState>

/** `1e-3`, `0.05`, `2.5e-4`: how a learning rate is written. */
export const rateText = (rate: number): string => (rate > 0 && rate < 0.01 ? String(rate.toExponential()) : String(rate))

const push = (series: Series, step: number, value: number | undefined): void => {
  if (value === undefined || !Number.isFinite(value)) return
  series.step.push(step)
  series.value.push(value)
  thinSeries(series)
}

/** Adds what an event brings to the lines and marks; lines grow in place. */
const draw = (curves: Curves, event: TrainEvent): void => {
  if (event.type === 'batch') {
    push(curves.trainLoss, event.step, event.loss)
    push(curves.trainAccuracy, event.step, event.accuracy)
    push(curves.trainError, event.step, event.mae)
  } else if (event.type === 'epoch' && event.validation) {
    push(curves.validationLoss, event.step, event.validation.loss)
    push(curves.validationAccuracy, event.step, event.validation.accuracy)
    push(curves.validationError, event.step, event.validation.mae)
  } else if (event.type === 'changed') {
    curves.marks.push({ step: event.step, text: `rate ${rateText(event.from)} → ${rateText(event.to)}` })
  } else if (event.type === 'phase' && event.phase === 'fineTune') {
    curves.marks.push({ step: event.step, text: `fine-tuning, rate ${rateText(event.learningRate)}` })
  }
}

const STATUS: Partial<Record<TrainEvent['type'], RunStatus>> = {
  started: 'running',
  paused: 'paused',
  resumed: 'running',
  stopped: 'idle',
  failed: 'idle',
  done: 'idle',
}

const numbers = (event: TrainEvent): Partial<RunState> => {
  if (event.type === 'started') {
    const phases = { phase: null, features: null, featuresPhase: null, featuresNote: null, featuresDone: null, speedup: null }
    return { ...phases, backend: event.backend, batches: event.batches, epochs: event.epochs, issue: null, samples: event.samples.train }
  }
  if (event.type === 'features') return { featuresDone: event.done, phase: event.phase }
  if (event.type === 'phase') {
    // What the head gained stays on screen while all layers are fine-tuned.
    const kept = event.features ? { features: event.features, featuresPhase: event.phase, speedup: null } : {}
    return { featuresDone: null, phase: event.phase, featuresNote: event.note, backend: event.backend, ...kept }
  }
  if (event.type === 'batch') {
    const { step, epoch, batch, loss, accuracy, mae = Number.NaN, imagesPerSecond, secondsLeft } = event
    return { step, epoch, batch, loss, accuracy, mae, imagesPerSecond, secondsLeft, trained: true }
  }
  if (event.type === 'epoch') return { validation: event.validation, step: event.step, epoch: event.epoch }
  if (event.type === 'failed') return { issue: event.issue, step: event.step, featuresDone: null }
  if (event.type === 'stopped') return { featuresDone: null }
  if (event.type === 'done') {
    const { loss, accuracy, mae = Number.NaN } = event.train
    return { loss, accuracy, mae, validation: event.validation, secondsLeft: 0 }
  }
  return {}
}

/** How much faster an epoch on kept outputs was than the same steps without them. */
const measured = ({ features, featuresPhase, samples }: RunState, event: TrainEvent): Partial<RunState> =>
  event.type === 'epoch' && event.phase === featuresPhase && features && features.uncached > 0 && event.seconds > 0
    ? { speedup: samples / event.seconds / features.uncached }
    : {}

const afterEvent = (state: RunState, event: TrainEvent): Partial<RunState> => {
  const curves = event.type === 'started' ? emptyCurves() : state.curves
  const history = event.type === 'started' ? [] : (state.history as TrainEvent[])
  if (event.type !== 'features') history.push(event)
  thinHistory(history)
  draw(curves, event)
  const status = STATUS[event.type]
  // A stop that the user has asked for is not undone by a late event of the running kind.
  const kept = !status || (state.status === 'stopping' && status !== 'idle') ? {} : { status }
  return { ...numbers(event), ...measured(state, event), ...kept, curves, history, version: state.version + 1 }
}

/** What the run's state becomes after events. Curves and history grow in place: `version` tells that they did. */
export const afterEvents = (state: RunState, events: readonly TrainEvent[]): RunState => {
  let now = state
  for (const event of events) now = { ...now, ...afterEvent(now, event) }
  return now
}

/** Redraws the curves of a run that was saved with its file. */
export const replayed = (history: readonly TrainEvent[]): Partial<RunState> => {
  const curves = emptyCurves()
  let state: Partial<RunState> = {}
  for (const event of history) {
    draw(curves, event)
    state = { ...state, ...numbers(event) }
  }
  const { backend: _, ...rest } = state
  return { ...rest, curves, version: runStore.getState().version + 1 }
}
