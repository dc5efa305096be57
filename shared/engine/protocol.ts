import type { PartName, Scaling } from '../data/prepared.ts'
import type { Augmentation, BackendId, DataChoice, ProjectFile, TrainingSetup } from '../graph/document.ts'
import type { Shape } from '../layers/shape.ts'
import type { Issue } from '../result.ts'
import type { MetricId } from './metrics.ts'

/** Where the work runs and why. */
export interface BackendReport {
  readonly backend: BackendId
  /** e.g. "Apple M2" or "SwiftShader (software)"; empty for wasm and cpu. */
  readonly adapter: string
  /** Threads that train; before a training begins, those that the fast engine can have. */
  readonly threads: number
  /** What trains: the fast engine's plan or tfjs; known once a training has begun. */
  readonly engine?: 'plan' | 'tfjs'
  /** One sentence: why this one, and what was tried before it. */
  readonly reason: string
  /** True when the user forced another one that is missing here. */
  readonly fellBack: boolean
}

/** One weight tensor, named `<node id>/<weight name>`, e.g. `conv_1/kernel`. */
export interface NamedWeight {
  readonly name: string
  readonly shape: Shape
  readonly values: Float32Array
}

/** Loss (mean over samples), accuracy 0–1 (NaN for regression) and mean absolute error (regression only). */
export interface Score {
  readonly loss: number
  readonly accuracy: number
  readonly mae?: number
}

/** Parts of a run: the head on frozen layers, then fine-tuning with some of them set free. */
export type PhaseName = 'head' | 'fineTune'

/** What a phase trains on instead of the data: outputs of the frozen layers, computed once. */
export interface FeatureReport {
  /** Frozen layers with weights whose outputs are kept. */
  readonly layers: number
  /** Node whose outputs they are. */
  readonly node: string
  readonly bytes: number
  /** Time that computing them took, s. */
  readonly seconds: number
  /** Images per second of the same steps without them, measured just before. */
  readonly uncached: number
}

/** What training tells; each carries the run's number in the protocol below. */
export type TrainEvent =
  | {
      readonly type: 'started'
      readonly backend: BackendReport
      readonly samples: Record<PartName, number>
      readonly batches: number
      readonly epochs: number
      readonly dataHash: string
      readonly parameters: number
    }
  /** Emitted every few steps. `step` counts batches from 1 over the whole run; `loss` and `accuracy` are means since the last such event; `secondsLeft` is an estimate. */
  | {
      readonly type: 'batch'
      readonly step: number
      readonly epoch: number
      readonly batch: number
      readonly loss: number
      readonly accuracy: number
      readonly mae?: number
      readonly imagesPerSecond: number
      readonly secondsLeft: number
      readonly phase?: PhaseName
    }
  | {
      readonly type: 'epoch'
      readonly epoch: number
      readonly step: number
      readonly train: Score
      readonly validation: Score | null
      readonly seconds: number
      readonly phase?: PhaseName
    }
  /** The outputs of frozen layers are being computed: share done 0–1. */
  | { readonly type: 'features'; readonly step: number; readonly phase: PhaseName; readonly layers: number; readonly done: number }
  /** A phase begins; a run without frozen layers and without fine-tuning has none. `note` says why features are not kept, if they might have been. */
  | {
      readonly type: 'phase'
      readonly step: number
      readonly phase: PhaseName
      readonly epochs: number
      readonly learningRate: number
      readonly backend: BackendReport
      readonly trainable: number
      readonly features: FeatureReport | null
      readonly note: string | null
    }
  | { readonly type: 'paused'; readonly step: number }
  | { readonly type: 'resumed'; readonly step: number }
  | { readonly type: 'changed'; readonly step: number; readonly what: 'learningRate'; readonly from: number; readonly to: number }
  | { readonly type: 'stopped'; readonly step: number }
  | { readonly type: 'failed'; readonly step: number; readonly issue: Issue }
  | {
      readonly type: 'done'
      readonly step: number
      readonly epochs: number
      readonly seconds: number
      readonly train: Score
      readonly validation: Score | null
      readonly imagesPerSecond: number
    }

/** What a running training obeys, read between two steps. */
export type TrainCommand =
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step' }
  | { readonly type: 'stop' }
  /** `phase` is the one that is meant; a rate that arrives in another one is dropped. */
  | { readonly type: 'learningRate'; readonly value: number; readonly phase?: PhaseName }

/** Numbers that describe one tensor of activations or weights. */
export interface TensorStats {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Share of channels (or units) that are zero everywhere. */
  readonly dead: number
  /** Counts in `histogram.length` equal bins from min to max. */
  readonly histogram: readonly number[]
}

/** Output of one layer for one sample. */
export interface LayerActivation {
  readonly node: string
  /** `[height, width, channels]` or `[units]`. */
  readonly shape: Shape
  /** Row-major; for images channel is the last axis. At most `PROBE_CHANNELS` channels unless one layer was asked for. */
  readonly values: Float32Array
  /** Channels in `values`. */
  readonly channels: number
  readonly stats: TensorStats
}

/** Channels sent per layer with a live probe of the whole network. */
export const PROBE_CHANNELS = 16

/** What the probe looks at: a sample of the data set, or values drawn by hand (already normalised). */
export type ProbeInput =
  | { readonly kind: 'sample'; readonly part: PartName; readonly index: number }
  | { readonly kind: 'values'; readonly values: Float32Array }

export interface ProbeResult {
  readonly step: number
  /** The input as the network sees it, `[...shape]`. */
  readonly input: Float32Array
  readonly inputShape: Shape
  /** Class index of a sample, else null. */
  readonly label: number | null
  readonly layers: readonly LayerActivation[]
  /** Output of the last layer. */
  readonly output: Float32Array
}

/** A channel of a layer's image output, or a unit of its vector. */
export interface PathEnd {
  readonly node: string
  readonly channel: number
}

/** What one channel gives to a channel of the next layer, for one sample and one target. */
export interface Contribution {
  readonly from: PathEnd
  readonly to: PathEnd
  /** −1 to 1: part of all that reaches the shown channels of `to.node`; negative where it works against the target. */
  readonly share: number
}

/** A few samples for display. */
export interface SampleSheet {
  readonly part: PartName
  readonly indices: readonly number[]
  /** `[indices.length, ...shape]`, normalised to 0–1 for images, as in the data for others. */
  readonly inputs: Float32Array
  readonly targets: readonly number[]
}

/** Summary of loaded data, for the window. */
export interface DataSummary {
  readonly source: string
  readonly shape: Shape
  readonly kind: 'image' | 'points' | 'table'
  readonly classes: readonly string[]
  readonly features: readonly string[]
  readonly counts: Record<PartName, number>
  /** Training samples per class. */
  readonly balance: readonly number[]
  readonly scaling: Scaling
  readonly hash: string
}

/** Result of a pass over a part. `confusion[actual][predicted]` counts samples; empty for regression. `metrics` holds those that fit the targets. */
export interface Evaluation {
  readonly loss: number
  readonly accuracy: number
  readonly count: number
  readonly confusion: readonly (readonly number[])[]
  readonly metrics: Readonly<Partial<Record<MetricId, number>>>
}

export interface ExportedFile {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** How an export was proven: what ran it, on how many samples, the largest difference, and whether every class agreed. */
export interface Verification {
  readonly runtime: string
  readonly samples: number
  readonly maxAbsDiff: number
  /** Largest value of the output that differs most, where it is above 1. */
  readonly largest?: number
  readonly sameClass: boolean
  /** Set where no output holds scores of classes: each is a single number, or ends in neither softmax nor sigmoid. */
  readonly classless?: true
  /** Samples whose class stayed the same, where it did not for all. */
  readonly agreeing?: number
  /** How weights were rounded on purpose, so that a difference is expected. */
  readonly rounded?: 'float16' | 'int8'
  /** Share of right answers on held-out samples, 0–1, of the network here and of what was written; where rounding may have changed it. */
  readonly accuracy?: { readonly before: number; readonly after: number; readonly samples: number }
}

/** Calls from the window to the worker, each with its answer. One table: client and worker are both derived from it. */
export interface EngineCalls {
  backend: { args: { prefer: BackendId | 'auto' }; answer: BackendReport }
  /** Loads and prepares data; progress arrives as `progress` notices. Local files travel as bytes. */
  loadData: { args: { choice: DataChoice; shape: Shape | null; files: readonly ExportedFile[] }; answer: DataSummary }
  cancelData: { args: Record<string, never>; answer: null }
  /** `changed` shows training pictures as they are augmented in some epoch, with this seed. */
  samples: {
    args: { part: PartName; start: number; count: number; changed?: { augment: Augmentation; seed: number; epoch: number } }
    answer: SampleSheet
  }
  /** Builds the model (keeping weights whose shapes did not change) without training, so that it can be probed. */
  build: { args: { project: ProjectFile; weights: readonly NamedWeight[] | null }; answer: { parameters: number } }
  /** Starts a run; events arrive as `train` notices, the answer when the run has begun. */
  train: { args: { project: ProjectFile; setup: TrainingSetup; run: number }; answer: null }
  command: { args: TrainCommand; answer: null }
  /** Sets what is watched live and asks for it now; null stops the live probe. `every` is the least time between two live probes, ms. */
  watch: { args: { input: ProbeInput | null; every: number }; answer: ProbeResult | null }
  probe: { args: { input: ProbeInput }; answer: ProbeResult }
  /** Every channel of one layer, and its weights. */
  layer: {
    args: { input: ProbeInput; node: string }
    answer: { activation: LayerActivation; weights: readonly (NamedWeight & { stats: TensorStats })[] }
  }
  /** The strongest contributions that lead to one channel or unit; null takes the strongest one, at an output the winning class. `budget` is the most channels followed per layer. */
  paths: {
    args: { input: ProbeInput; node: string; channel: number | null; budget: number }
    answer: { paths: readonly Contribution[] }
  }
  evaluate: { args: { part: PartName }; answer: Evaluation }
  weights: { args: Record<string, never>; answer: readonly NamedWeight[] }
  /** `set` holds the format's choices by name; `history` the events of the last training. */
  export: {
    args: {
      format: string
      project: ProjectFile
      history: readonly unknown[]
      set: Readonly<Record<string, unknown>>
    }
    answer: { files: readonly ExportedFile[]; verified: Verification | null }
  }
  /** Reads a network from foreign files; what the worker holds stays as it is. `open` is the open network, for files of weights alone. */
  import: { args: { files: readonly ExportedFile[]; open: ProjectFile | null }; answer: ImportAnswer }
}

/** A network read from foreign files. `format` is the title of theirs. */
export interface ImportAnswer {
  readonly format: string
  readonly project: ProjectFile
  readonly weights: readonly NamedWeight[] | null
  readonly notes: readonly Issue[]
}

/** Messages to the worker. */
export type EngineRequest = {
  [K in keyof EngineCalls]: { readonly id: number; readonly call: K; readonly args: EngineCalls[K]['args'] }
}[keyof EngineCalls]

/** Messages from the worker. */
export type EngineMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly issue: Issue }
  /** What happened since the last message, in order. */
  | { readonly kind: 'train'; readonly run: number; readonly events: readonly TrainEvent[] }
  | { readonly kind: 'probe'; readonly run: number; readonly probe: ProbeResult }
  /** The weights at the end of an epoch, the newest where several are told together; sent before its event, so that they outlive the worker. */
  | { readonly kind: 'weights'; readonly run: number; readonly epoch: number; readonly weights: readonly NamedWeight[] }
  | { readonly kind: 'progress'; readonly what: string; readonly done: number }
  | { readonly kind: 'heartbeat' }
  /** Said by the client, not the worker: a new worker took the place of one that died or hung; its model and data are gone. */
  | { readonly kind: 'replaced'; readonly issue: Issue }
