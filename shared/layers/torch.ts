import type { Call } from './define.ts'
import type { Activation } from './lib/activations.ts'
import type { Shape } from './shape.ts'

/** Where a weight lies in PyTorch's state dict and how it is laid out there. */
export interface TorchWeight {
  /** What follows the layer's attribute in the key, e.g. `.weight`. */
  readonly key: string
  /** Axis `i` there is axis `axes[i]` here; absent: the same order. */
  readonly axes?: readonly number[]
  /** Shape there, where changing the order of axes alone does not give it. */
  readonly shape?: Shape
}

/** A layer in PyTorch. Three-dimensional samples are `[channels, height, width]` there, all others are laid out as here. */
export interface TorchForm {
  /** Modules and parameters made in `__init__`, by what follows the layer's attribute: '' for the only one, else `__` and a word. */
  readonly modules?: Readonly<Record<string, Call>>
  /** The expression in `forward`: `$1`, `$2`, … are the inputs, `$m` is the layer's attribute. */
  readonly forward: string
  /** Applied to the result; softmax runs along the channels. */
  readonly activation?: Activation
  /** Every weight of the layer, by its name. */
  readonly weights?: Readonly<Record<string, TorchWeight>>
  /** Shapes of parameters that the modules have and the layer lacks, by what follows the attribute: they stay zero and are not trained. */
  readonly zeros?: Readonly<Record<string, Shape>>
}
