import type { OnnxAttribute } from '../../layers/onnx.ts'
import type { Shape } from '../../layers/shape.ts'

/** Types of tensor elements, with ONNX's numbers for them. */
export const ELEMENT = { float32: 1, uint8: 2, int64: 7, float16: 10 } as const
export type Element = keyof typeof ELEMENT

/** A tensor that comes with the file; `data` holds its values in little-endian order. */
export interface Initializer {
  readonly name: string
  readonly type: Element
  readonly shape: Shape
  readonly data: Uint8Array
}

/** One operator of the graph; its tensors go by name, `''` leaves an optional one out. */
export interface GraphOp {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
  /** What a person should know of it, e.g. the name on the canvas. */
  readonly doc: string
}

/** A float32 tensor at the border of the graph; `shape` is that of one sample. */
export interface Border {
  readonly name: string
  readonly shape: Shape
  readonly doc: string
}

/** A whole network in ONNX's terms. */
export interface OnnxGraph {
  readonly name: string
  readonly doc: string
  readonly ops: readonly GraphOp[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Border[]
  readonly outputs: readonly Border[]
  readonly metadata: Readonly<Record<string, string>>
}
