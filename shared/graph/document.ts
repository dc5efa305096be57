/** Version written by this program; older files pass through `migrations.ts`. */
export const FORMAT_VERSION = 1

/** Centre-free position of a card's top left corner on the canvas, in CSS pixels at zoom 1. */
export interface Position {
  readonly x: number
  readonly y: number
}

/** One layer on the canvas. `params` is checked against the layer's schema by `resolve`, never here. */
export interface GraphNode {
  /** Unique; also the tfjs layer name, so it matches `[A-Za-z0-9][A-Za-z0-9_.-]*`. */
  readonly id: string
  /** Layer type; one that this version does not know is kept and shown as a placeholder. */
  readonly type: string
  /** What the user calls it; any text up to 200 characters. */
  readonly name: string
  readonly params: Readonly<Record<string, unknown>>
  readonly position: Position
  /** Passed through as if it were not there. */
  readonly bypassed: boolean
  /** Weights are kept as they are while training. */
  readonly frozen: boolean
}

/** A tensor flowing from one node's output to another's input. Order among the wires into a merge node is their order in the list. */
export interface Wire {
  readonly id: string
  readonly from: string
  readonly to: string
}

/** A titled rectangle behind nodes. */
export interface Frame {
  readonly id: string
  readonly title: string
  readonly position: Position
  /** CSS pixels. */
  readonly width: number
  readonly height: number
}

/** A free note on the canvas. */
export interface Note {
  readonly id: string
  readonly text: string
  readonly position: Position
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly wires: readonly Wire[]
  readonly frames: readonly Frame[]
  readonly notes: readonly Note[]
}

/** Which data the network learns from and how it is prepared. */
export interface DataChoice {
  /** Catalogue id, e.g. `digits`, or `idx:DIR` for local files. */
  readonly source: string
  /** Share of the samples for validation and test, 0–1; ignored for a part that the source brings itself. */
  readonly validation: number
  readonly test: number
  readonly normalise: 'none' | 'unit' | 'standard'
  /** Most samples used for training; 0 means all. */
  readonly limit: number
  /** Classes that are kept, by name or by number from 0, in the order of the new labels; empty keeps all. */
  readonly classes: readonly string[]
  /** Most samples of each class used for training; 0 means all. */
  readonly perClass: number
  /** Seed of the split. */
  readonly seed: number
  /** How pictures of another size come to the shape of the network's input. */
  readonly fit: FitId
  /** Strengths by which training pictures are changed anew in each epoch; `shared/data/prepare/augment.ts` says what each means. Those left out are 0. */
  readonly augment: Augmentation
}

/** `exact` leaves pictures as they are; `pad` adds a border of background or cuts edges off; `resize` scales them. */
export const FITS = ['exact', 'pad', 'resize'] as const
export type FitId = (typeof FITS)[number]

/** Random changes to training pictures, in the order in which they are made. */
export const AUGMENTS = ['shift', 'rotate', 'scale', 'flip', 'blur', 'contrast', 'brightness', 'noise', 'invert'] as const
export type AugmentId = (typeof AUGMENTS)[number]
export type Augmentation = { readonly [A in AugmentId]?: number | undefined }

export const LOSSES = ['sparseCategoricalCrossentropy', 'categoricalCrossentropy', 'binaryCrossentropy', 'meanSquaredError'] as const
export type LossId = (typeof LOSSES)[number]

export const OPTIMIZERS = ['sgd', 'momentum', 'nesterov', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamw', 'adamax', 'nadam'] as const
export type OptimizerId = (typeof OPTIMIZERS)[number]

/** Weight decay that an optimizer has when none is named: Keras's 0.004 for AdamW, none for the others. */
export const usualDecay = (optimizer: OptimizerId): number => (optimizer === 'adamw' ? 0.004 : 0)

/** Weight decay after a change of optimizer: one that was the old one's usual becomes the new one's usual. */
export const decayAfter = (before: Pick<TrainingSetup, 'optimizer' | 'weightDecay'>, optimizer: OptimizerId): number =>
  before.weightDecay === usualDecay(before.optimizer) ? usualDecay(optimizer) : before.weightDecay

/** What is kept short: no gradient, each value of it, the gradient of each weight tensor, or the gradient of all weights together (Keras's `clipvalue`, `clipnorm`, `global_clipnorm`). */
export const CLIPS = ['none', 'value', 'norm', 'globalNorm'] as const
export type ClipId = (typeof CLIPS)[number]

/** How the learning rate moves over a run. */
export const SCHEDULES = ['constant', 'linear', 'cosine'] as const
export type ScheduleId = (typeof SCHEDULES)[number]

export const BACKENDS = ['webgpu', 'wasm', 'webgl', 'cpu'] as const
export type BackendId = (typeof BACKENDS)[number]

/** What fine-tuning sets free: every layer that was frozen, or the half of them that is nearest to the output. */
export const UNFREEZES = ['all', 'top'] as const
export type UnfreezeId = (typeof UNFREEZES)[number]

/** The second phase of a run: after `TrainingSetup.epochs` with the frozen layers as they are, some of them learn too. */
export interface FineTune {
  readonly epochs: number
  /** The rate at the start of the phase, usually a tenth of the first one or less. */
  readonly learningRate: number
  readonly unfreeze: UnfreezeId
}

/** How the network is trained. */
export interface TrainingSetup {
  readonly loss: LossId
  readonly optimizer: OptimizerId
  /** The rate at the start; `schedule` says how it moves. */
  readonly learningRate: number
  readonly schedule: ScheduleId
  /** Each step also takes this share, times the learning rate, off every weight. */
  readonly weightDecay: number
  readonly clip: ClipId
  /** The largest value or length that `clip` leaves. */
  readonly clipLimit: number
  readonly batchSize: number
  readonly epochs: number
  /** A second phase that also trains frozen layers; null ends the run after the first. */
  readonly fineTune: FineTune | null
  /** Seed of initial weights, shuffling and dropout. */
  readonly seed: number
  /** `auto` takes the best that works here. */
  readonly backend: BackendId | 'auto'
}

/** A whole project as it is edited; immutable. Weights and history travel beside it in `.netloom` files. */
export interface ProjectFile {
  readonly format: 'netloom'
  readonly version: typeof FORMAT_VERSION
  readonly name: string
  readonly graph: Graph
  readonly data: DataChoice
  readonly training: TrainingSetup
}

export const DEFAULT_DATA: DataChoice = {
  source: 'digits',
  validation: 0.1,
  test: 0.2,
  normalise: 'unit',
  limit: 0,
  classes: [],
  perClass: 0,
  seed: 1,
  fit: 'exact',
  augment: {},
}

export const DEFAULT_TRAINING: TrainingSetup = {
  loss: 'sparseCategoricalCrossentropy',
  optimizer: 'adam',
  learningRate: 0.001,
  schedule: 'constant',
  weightDecay: 0,
  clip: 'none',
  clipLimit: 1,
  batchSize: 64,
  epochs: 10,
  fineTune: null,
  seed: 1,
  backend: 'auto',
}

/** A new, empty project. */
export const blankProject = (name = 'untitled'): ProjectFile => ({
  format: 'netloom',
  version: FORMAT_VERSION,
  name,
  graph: { nodes: [], wires: [], frames: [], notes: [] },
  data: DEFAULT_DATA,
  training: DEFAULT_TRAINING,
})
