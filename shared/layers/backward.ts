import type { Shape } from './shape.ts'

/** One tensor of a sample: row-major, channels last. */
export interface Values {
  readonly shape: Shape
  readonly values: Float32Array
}

/** What one layer did to one sample. */
export interface Pass {
  readonly inputs: readonly Values[]
  readonly output: Values
  readonly params: Readonly<Record<string, unknown>>
  /** The columns of its weights that belong to the followed channels, `[…, columns]`. */
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly columns: number
}

/** One output channel on its way back: how much the target changes per unit of it at each place; `column` finds its weights. */
export interface Followed {
  readonly channel: number
  readonly column: number
  readonly gain: Float32Array
}

/** How a kind of layer is followed back: the weights it needs, and what each input value gets of one output channel, added to `into`. */
export interface Backward {
  readonly reads: readonly string[]
  back(pass: Pass, followed: Followed, into: readonly Float32Array[]): void
}

/** Every `step`-th value from `start` on: one channel of `[…, step]`. */
export const every = (values: Float32Array, step: number, start: number): Float32Array => {
  const out = new Float32Array(values.length / step)
  for (let i = 0, at = start; i < out.length; i++, at += step) out[i] = values[at] as number
  return out
}
