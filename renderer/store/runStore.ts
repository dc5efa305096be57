import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { BackendReport, FeatureReport, PhaseName, Score, TrainEvent } from '../../shared/engine/protocol.ts'
import type { Issue } from '../../shared/result.ts'

/** One drawn line: `step[i]` (batches from the start of the run) against `value[i]`. Grows in place, and is thinned when it gets very long; `version` of the store tells that it grew. */
export interface Series {
  readonly step: number[]
  readonly value: number[]
}

/** Something changed mid-run, marked on the curves. */
export interface Mark {
  readonly step: number
  readonly text: string
}

export interface Curves {
  readonly trainLoss: Series
  readonly trainAccuracy: Series
  readonly validationLoss: Series
  readonly validationAccuracy: Series
  /** Mean absolute error, of networks that predict numbers. */
  readonly trainError: Series
  readonly validationError: Series
  readonly marks: Mark[]
}

export type RunStatus = 'idle' | 'starting' | 'running' | 'paused' | 'stopping'

interface RunState {
  readonly status: RunStatus
  /** Number of the current or last run; late events of older runs are dropped. */
  readonly run: number
  readonly backend: BackendReport | null
  readonly curves: Curves
  /** Grows whenever the curves grew; panels redraw from it on the next frame. */
  readonly version: number
  readonly step: number
  readonly epoch: number
  readonly batch: number
  readonly batches: number
  readonly epochs: number
  readonly loss: number
  readonly accuracy: number
  readonly mae: number
  readonly validation: Score | null
  readonly imagesPerSecond: number
  readonly secondsLeft: number
  /** The phase of the run, if it has phases. */
  readonly phase: PhaseName | null
  /** Share done 0–1 while the outputs of frozen layers are computed, else null. */
  readonly featuresDone: number | null
  /** What was last kept of frozen layers, and in which phase. */
  readonly features: FeatureReport | null
  readonly featuresPhase: PhaseName | null
  /** Why it is not kept, if it might have been. */
  readonly featuresNote: string | null
  /** Images per second of the last epoch on kept outputs, against the same steps without them; null until measured. */
  readonly speedup: number | null
  /** Training samples of the run. */
  readonly samples: number
  /** Why the last run failed, if it did. */
  readonly issue: Issue | null
  /** Events of the last run as they go into the file's history; of a very long run some batches are left out. */
  readonly history: readonly TrainEvent[]
  /** True once a model with trained weights lives in the worker. */
  readonly trained: boolean
}

const series = (): Series => ({ step: [], value: [] })
/** Empty curves. */
export const emptyCurves = (): Curves => ({
  trainLoss: series(),
  trainAccuracy: series(),
  validationLoss: series(),
  validationAccuracy: series(),
  trainError: series(),
  validationError: series(),
  marks: [],
})

/** The current training run as the window sees it. */
export const runStore = createStore<RunState>(() => ({
  status: 'idle',
  run: 0,
  backend: null,
  curves: emptyCurves(),
  version: 0,
  step: 0,
  epoch: 0,
  batch: 0,
  batches: 0,
  epochs: 0,
  loss: Number.NaN,
  accuracy: Number.NaN,
  mae: Number.NaN,
  validation: null,
  imagesPerSecond: 0,
  secondsLeft: 0,
  phase: null,
  featuresDone: null,
  features: null,
  featuresPhase: null,
  featuresNote: null,
  speedup: null,
  samples: 0,
  issue: null,
  history: [],
  trained: false,
}))

/** Reads the run store in a component. */
export const useRun = <T>(pick: (state: RunState) => T): T => useStore(runStore, pick)
