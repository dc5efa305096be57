import { type Access, eachValue, type Kernel } from '../../../kernels/webgpu/kernel.ts'

/** A piece of a buffer; places are counted in floats. */
export interface Range {
  /** Number of the buffer in the plan's memory. */
  readonly buffer: number
  /** A multiple of 64. */
  readonly at: number
  readonly floats: number
}

/** A range under the name that a kernel knows it by. */
export interface Binding extends Access {
  readonly range: Range
}

/** One dispatch: a kernel with the ranges it works on. */
export interface Job extends Kernel {
  readonly bindings: readonly Binding[]
}

/** A job that gives each of `perSample` values per sample a thread; `body` works on value `i`. */
export const each = (name: string, perSample: number, bindings: readonly Binding[], body: string, head = ''): Job => ({
  ...eachValue(name, { perSample }, body, head),
  bindings,
})

/** The same for a number of values that does not depend on the batch. */
export const eachOf = (name: string, count: number, bindings: readonly Binding[], body: string, head = ''): Job => ({
  ...eachValue(name, { fixed: count }, body, head),
  bindings,
})
