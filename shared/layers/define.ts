import type * as tf from '@tensorflow/tfjs'
import type { Result } from '../result.ts'
import type { Backward } from './backward.ts'
import type { InputSpec } from './inputs.ts'
import type { OnnxForm, OnnxRefusal } from './onnx.ts'
import type { ParamSchema, ValuesOf } from './params.ts'
import type { PlanOp } from './plan.ts'
import type { Shape } from './shape.ts'
import type { TorchForm } from './torch.ts'

/** Groups of the palette, in its order; each has one colour and icon. */
export const CATEGORIES = [
  'io',
  'convolution',
  'pooling',
  'dense',
  'activation',
  'reshape',
  'regularisation',
  'normalisation',
  'merge',
  'recurrent',
] as const
export type Category = (typeof CATEGORIES)[number]

/** One weight tensor of a layer, in the order of tfjs's `layer.weights`. */
export interface WeightSpec {
  /** Keras name, e.g. `kernel`, `bias`, `moving_mean`. */
  readonly name: string
  readonly shape: Shape
  readonly trainable: boolean
}

/** A spelled-out calculation for the inspector: `(28 − 5 + 2·0) / 1 + 1` = `24`, explained in words. */
export interface Formula {
  readonly about: 'shape' | 'parameters' | 'output'
  readonly expression: string
  readonly result?: string
  /** The same in symbols or words, e.g. "(input − kernel + padding) / stride + 1". */
  readonly legend: string
}

/** A call in generated code as data, so that one printer escapes and formats it. */
export interface Call {
  /** Dotted name, e.g. `layers.Conv2D`. */
  readonly name: string
  readonly args: Readonly<Record<string, CallValue>>
}
export type CallValue = string | number | boolean | null | Call | readonly CallValue[]

/** The settings of a layer as a Keras or tfjs file names them, in snake case; foreign values that nothing has checked yet. */
export type KerasConfig = Readonly<Record<string, unknown>>

/** What `build` gets beside the values: tfjs itself, the layer's name (the node's id), its resolved output shape and a seed for its initialisers. */
export interface BuildContext {
  readonly tf: typeof tf
  readonly name: string
  /** Without batch; what tfjs cannot work out itself is told by it (the open dimension of Reshape). */
  readonly output: Shape
  /** Differs per layer, derived from the run's seed. */
  readonly seed: number
}

/** Everything Netloom knows about one kind of layer. `I` is what the input spec lets through, `S` the parameter schema. */
export interface LayerDef<T extends string, S extends ParamSchema, I> {
  /** Stable id in files, lower camel case, e.g. `conv2d`. */
  readonly type: T
  /** Keras class name, e.g. `Conv2D`. */
  readonly title: string
  readonly category: Category
  /** One of the layers that most networks are made of: it stands before the others of its group and in answers to a search. */
  readonly everyday?: true
  /** One sentence on what it does. */
  readonly doc: string
  readonly input: InputSpec<I>
  readonly params: S
  /**
   * The way back from a Keras or tfjs config of this class, where it is more than the parameters' names in snake case: gives the config with
   * what differs renamed or taken apart.
   */
  fromKeras?(config: KerasConfig): KerasConfig
  /** What Keras computes otherwise than tfjs for these values, in words that follow "because"; null where they agree. */
  differsInKeras?(v: ValuesOf<S>): string | null
  /** The few values that matter on the card, e.g. `20 · 5×5 · relu`. */
  summary(v: ValuesOf<S>): string
  /** Output shape without batch, or why it cannot be. */
  shape(input: I, v: ValuesOf<S>): Result<Shape>
  /** Weight tensors in tfjs's order. Absent: the layer has none. */
  weights?(input: I, v: ValuesOf<S>): readonly WeightSpec[]
  /** Multiply-adds for one sample. Absent: none worth counting. */
  multiplyAdds?(input: I, output: Shape, v: ValuesOf<S>): number
  /** Calculations with the real numbers, for the inspector. */
  formula(input: I, output: Shape, v: ValuesOf<S>): readonly Formula[]
  /** The tfjs layer; absent only for `input`, which becomes a `tf.input`. */
  build?(v: ValuesOf<S>, ctx: BuildContext): tf.layers.Layer
  /** The operations of a training plan that do the same, much faster; absent or null: networks with this layer train through tfjs. */
  plan?(input: I, v: ValuesOf<S>): readonly PlanOp[] | null
  /** How explanations follow an output channel back to the inputs; absent: they end at this layer. */
  readonly backward?: Backward
  /** The ONNX operators that do the same; absent only for `input`. */
  onnx?(input: I, v: ValuesOf<S>): OnnxForm | OnnxRefusal
  /** The Keras call that makes the same layer. */
  keras(v: ValuesOf<S>): Call
  /** The same layer in PyTorch; absent: PyTorch has nothing like it, and the export says so. */
  pytorch?(input: I, output: Shape, v: ValuesOf<S>): TorchForm
  /** Documented cases that the contract test compares with tfjs: input shapes and parameters. */
  readonly cases: readonly LayerCase<S>[]
}

/** One case of the contract test. */
export interface LayerCase<S> {
  readonly input: readonly Shape[]
  readonly params: Partial<ValuesOf<S>>
}

/** Declares a layer; infers its parameter types from the schema. */
export const defineLayer = <const T extends string, const S extends ParamSchema, I>(def: LayerDef<T, S, I>): LayerDef<T, S, I> => def

/** The erased form that code for every layer works with; values passed in must come from `parseParams` of the same definition. */
// biome-ignore lint/suspicious/noExplicitAny: the registry erases the parameter and input types on purpose, here and nowhere else
export type AnyLayerDef = LayerDef<string, any, any>
