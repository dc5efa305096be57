import type * as tf from '@tensorflow/tfjs'
import type { ExportedFile, NamedWeight, Verification } from '../engine/protocol.ts'
import type { ProjectFile } from '../graph/document.ts'
import type { Resolved } from '../graph/resolved.ts'
import type { Result } from '../result.ts'

/** What every exporter gets: the network as drawn and what follows from it. */
export interface ExportDocument {
  readonly project: ProjectFile
  readonly resolved: Resolved
}

/** What an exporter of a trained network may use. Weights are in the order of `resolved`, named `<node>/<weight>`. */
export interface ExportInput extends ExportDocument {
  readonly weights: readonly NamedWeight[]
  readonly tf: typeof tf
  /** The trained model, for formats that ask it and for the proof. */
  readonly model: tf.LayersModel
  /** `[samples, ...shape]` inputs for the proof. */
  readonly probe: tf.Tensor
}

/** A finished export: every file, and the proof where the format can be run here. */
export interface ExportOutput {
  readonly files: readonly ExportedFile[]
  readonly verified: Verification | null
}

interface ExporterBase {
  readonly id: string
  readonly title: string
  readonly doc: string
  /** Suggested file or folder name ending, e.g. `.py`; a format of several files is written as a folder (CLI) or a zip (window). */
  readonly extension: string
}

/** One format people can take their network away in; one that needs no weights needs no model either. */
export type ExporterDef =
  | (ExporterBase & { readonly needsWeights: true; run(input: ExportInput): Promise<Result<ExportOutput>> })
  | (ExporterBase & { readonly needsWeights: false; run(input: ExportDocument): Promise<Result<ExportOutput>> })

/** Declares an exporter. */
export const defineExporter = <const D extends ExporterDef>(def: D): D => def
