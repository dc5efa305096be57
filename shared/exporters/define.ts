import type * as tf from '@tensorflow/tfjs'
import type { PreparedData } from '../data/prepared.ts'
import type { Libraries } from '../engine/libraries.ts'
import type { ExportedFile, NamedWeight, Verification } from '../engine/protocol.ts'
import type { ProjectFile } from '../graph/document.ts'
import type { Resolved } from '../graph/resolved.ts'
import type { ParamSchema, ValuesOf } from '../layers/params.ts'
import type { Result } from '../result.ts'

/** What every exporter gets: the network as drawn and what follows from it. */
export interface ExportDocument {
  readonly project: ProjectFile
  readonly resolved: Resolved
  /** Events of the last training, oldest first, as a project file keeps them; empty when it was never trained. */
  readonly history: readonly unknown[]
  readonly libraries: Libraries
}

/** What the samples are and how they were scaled, for formats that take raw values in. */
export type DataFacts = Pick<PreparedData, 'source' | 'kind' | 'shape' | 'classes' | 'features' | 'scaling' | 'hash'>

/** Outputs `[count, ...output shape]` of a network of one input and one output for samples `[count, ...shape]`, row-major. */
export type Predict = (inputs: Float32Array, count: number) => Promise<Float32Array>

/** What an exporter of a trained network may use. Weights are in the order of `resolved`, named `<node>/<weight>`. */
export interface ExportInput extends ExportDocument {
  readonly weights: readonly NamedWeight[]
  readonly tf: typeof tf
  /** Of the data that is loaded; null where none is. */
  readonly data: DataFacts | null
  /** The trained model, for formats that ask it and for the proof. */
  readonly model: tf.LayersModel
  /** Inputs for the proof, one tensor `[samples, ...shape]` per input of the model. */
  readonly probes: readonly tf.Tensor[]
  /** Share of right answers, 0–1, that a model of the same inputs and outputs, or a runtime, reaches on held-out samples; null where there are none, or no classes. */
  score(network: tf.LayersModel | Predict): Promise<{ readonly accuracy: number; readonly samples: number } | null>
}

/** A finished export: every file, and the proof where the format can be run here. */
export interface ExportOutput {
  readonly files: readonly ExportedFile[]
  readonly verified: Verification | null
}

interface ExporterBase<S extends ParamSchema> {
  readonly id: string
  readonly title: string
  readonly doc: string
  /** Suggested file or folder name ending, e.g. `.py`; a format of several files is written as a folder (CLI) or a zip (window). */
  readonly extension: string
  /** Choices of this format; the Deploy panel's fields and the command line's `--set name=value` follow from them. */
  readonly params: S
}

/** A format that carries weights, written from the trained model. */
export interface TrainedExporter<S extends ParamSchema> extends ExporterBase<S> {
  readonly needsWeights: true
  /** True where the format cannot do without `ExportInput.data`. */
  readonly needsData?: boolean
  run(input: ExportInput, values: ValuesOf<S>): Promise<Result<ExportOutput>>
}

/** A format that shows the network as drawn and needs no model. */
export interface DrawnExporter<S extends ParamSchema> extends ExporterBase<S> {
  readonly needsWeights: false
  run(input: ExportDocument, values: ValuesOf<S>): Promise<Result<ExportOutput>>
}

/** One format people can take their network away in. */
export type ExporterDef<S extends ParamSchema> = TrainedExporter<S> | DrawnExporter<S>

/** Declares an exporter; infers the types of its choices. */
export function defineExporter<const S extends ParamSchema>(def: TrainedExporter<S>): TrainedExporter<S>
export function defineExporter<const S extends ParamSchema>(def: DrawnExporter<S>): DrawnExporter<S>
export function defineExporter<S extends ParamSchema>(def: ExporterDef<S>): ExporterDef<S> {
  return def
}

/** The erased form that lists work with; values passed in must come from `parseParams` of the same definition. */
// biome-ignore lint/suspicious/noExplicitAny: the registry erases the types of choices on purpose, here and nowhere else
export type AnyExporter = ExporterDef<any>
