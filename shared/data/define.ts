import type { Shape } from '../layers/shape.ts'
import type { Result } from '../result.ts'

/** A file that a data set needs from the network; the surroundings fetch it, check it and keep it in a cache. */
export interface Download {
  /** File name, unique within the data set, e.g. `train-images-idx3-ubyte.gz`. */
  readonly name: string
  readonly url: string
  /** Hex SHA-256 of the whole file. */
  readonly sha256: string
  readonly bytes: number
}

/** What a data set asks of its surroundings while it loads; everything it needs is at hand, so loading touches no network. */
export interface DataContext {
  /** Reads a file that ships with Netloom, path below `assets/`, e.g. `data/digits.csv.gz`. */
  asset(path: string): Promise<Result<Uint8Array<ArrayBuffer>>>
  /** Files fetched before (`downloads`) or chosen by the user, by name. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  readonly signal: AbortSignal
  /** Share done 0–1 and what is being done. */
  onProgress(done: number, what: string): void
  /** Seed for generated data. */
  readonly seed: number
}

/** One part of a data set: samples one after another, and one target each. */
export interface Samples {
  /** `[count, ...shape]`, row-major, raw values as in the source (0–255 for bytes). */
  readonly inputs: Float32Array | Uint8Array
  /** Class index per sample for classification; `[count, ...targetShape]` values for regression. */
  readonly targets: Uint8Array | Int32Array | Float32Array
  readonly count: number
}

/** A data set in memory, before splitting and normalising. */
export interface RawData {
  readonly shape: Shape
  /** `image`: [height, width, channels]; `points`: two coordinates that can be drawn; `table`: named columns. */
  readonly kind: 'image' | 'points' | 'table'
  /** Class names; empty for regression. */
  readonly classes: readonly string[]
  /** Column names of a table or point set; empty for images. */
  readonly features: readonly string[]
  /** Largest raw value, the divisor of normalise `unit`, e.g. 255, 16, 1. */
  readonly scale: number
  /** Samples without a split of their own are all in `train`. */
  readonly train: Samples
  readonly test?: Samples
}

/** One entry of the data catalogue. */
export interface DatasetDef {
  readonly id: string
  readonly title: string
  readonly doc: string
  /** Licence and source, shown in the Data panel. */
  readonly attribution: string
  readonly origin: 'bundled' | 'generated' | 'download'
  /** Known before loading, so that the graph can be checked against it. */
  readonly shape: Shape
  readonly classes: readonly string[]
  /** About how many samples there are. */
  readonly count: number
  /** Files to fetch first; empty unless `download`. */
  readonly downloads: readonly Download[]
  load(ctx: DataContext): Promise<Result<RawData>>
}

/** Declares a data set. */
export const defineDataset = (def: DatasetDef): DatasetDef => def
