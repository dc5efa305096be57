import type { Shape } from '../layers/shape.ts'

/** One part, ready for the network: normalised floats and targets. */
export interface Part {
  /** `[count, ...shape]`, normalised. */
  readonly inputs: Float32Array
  /** Class index per sample, or `[count, outputs]` values for regression. */
  readonly targets: Int32Array | Float32Array
  readonly count: number
}

/** How raw values became what the network sees, per channel or feature: `(raw − mean) / deviation`. */
export interface Scaling {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  /** Largest raw value (`RawData.scale`), so that pictures can be shown and drawings fed in: 255, 16, 1. */
  readonly scale: number
}

/** Split and normalised data; the same bytes in app, browser and CLI for the same source, choice and seed. */
export interface PreparedData {
  readonly source: string
  readonly shape: Shape
  readonly kind: 'image' | 'points' | 'table'
  readonly classes: readonly string[]
  readonly features: readonly string[]
  /** What was done to the raw values; fitted on the training part only. */
  readonly scaling: Scaling
  readonly train: Part
  readonly validation: Part
  readonly test: Part
  /** Hex SHA-256 over the split's sample indices and values; equal wherever the same data is prepared. */
  readonly hash: string
}

export type PartName = 'train' | 'validation' | 'test'
