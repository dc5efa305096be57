import type { Scaling } from '../data/prepared.ts'
import type { Shape } from '../layers/shape.ts'

/** One number that a person types, in the units of the data. */
export interface NumberInput {
  readonly name: string
  readonly low: number
  readonly high: number
}

/** What the page takes in; raw values are in the units of the data (0–255 for bytes). */
export type PageInput =
  | { readonly kind: 'image'; readonly shape: readonly [number, number, number] }
  | { readonly kind: 'numbers'; readonly numbers: readonly NumberInput[] }

/** Everything a stand-alone page knows: the network, what goes in, and what comes out. It is what JSON can hold. */
export interface PagePayload {
  readonly name: string
  /** Sentences on what the network is and how it was trained. */
  readonly about: readonly string[]
  readonly input: PageInput
  readonly scaling: Scaling
  /** Names of the classes; empty when the outputs are numbers to predict. */
  readonly classes: readonly string[]
  /** Shape of the model's input without batch. */
  readonly shape: Shape
  /** Keras topology, and the weights in the layout of tfjs's manifest. */
  readonly topology: object
  readonly weightSpecs: readonly object[]
  /** Base64. */
  readonly weights: string
}

/** A network that a page has opened. */
export interface PageNetwork {
  /** Outputs for one sample of raw values, which are scaled as the training data was. */
  answer(raw: ArrayLike<number>): Promise<Float32Array>
  dispose(): void
}

/** The program of a stand-alone page: its text, and the same program opened here, so that an export is proven by what it carries. */
export interface Player {
  readonly script: string
  readonly style: string
  open(payload: PagePayload): Promise<PageNetwork>
}

/** Id of the element that holds the payload. */
export const PAYLOAD_ID = 'netloom-network'
