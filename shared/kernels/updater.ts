import type { OptimizerId } from '../graph/document.ts'

/** Kinds in the order of `kernels/asm/optimizer.ts`. */
const KINDS = ['sgd', 'momentum', 'nesterov', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamax', 'nadam'] as const
const EPSILON = 1e-7

/** How an executor carries out an optimizer. */
export interface Updater {
  /** Number of the kernel's formula. */
  readonly kind: number
  /** Buffers of memory per weight, 0 to 2. */
  readonly memories: number
  /** Value that the first memory starts with. */
  readonly initial: number
  /** Numbers of one step, from 1: rate, a, b, ε, three corrections, 1 − a, 1 − b, share that weights lose. */
  hyper(step: number, rate: number): readonly number[]
}

interface Constants {
  readonly a?: number
  readonly b?: number
  readonly memories: number
  readonly initial?: number
  /** The three corrections. */
  readonly corrections?: (step: number, rate: number) => readonly number[]
}

const adam: Constants = {
  a: 0.9,
  b: 0.999,
  memories: 2,
  corrections: (step, rate) => [rate / (1 - 0.9 ** step), 1 / (1 - 0.999 ** step), 0],
}

/** How much of the movement Nadam keeps in a step, from 1: 0.9 · (1 − ½ · 0.96^step). */
const nadamMomentum = (step: number): number => 0.9 * (1 - 0.5 * 0.96 ** step)

/** Shares of memory and gradient in Nadam's movement of a step, from 1 (Dozat 2016, as in Keras 3). */
export const nadamShares = (step: number): { readonly memory: number; readonly gradient: number } => {
  let product = 1
  for (let t = 1; t <= step && product > 1e-12; t++) product *= nadamMomentum(t)
  const next = nadamMomentum(step + 1)
  return { memory: next / (1 - product * next), gradient: (1 - nadamMomentum(step)) / (1 - product) }
}

const nadamCorrections = (step: number): readonly number[] => {
  const { memory, gradient } = nadamShares(step)
  return [memory, 1 / (1 - 0.999 ** step), gradient]
}

const CONSTANTS: Readonly<Record<OptimizerId, Constants>> = {
  sgd: { memories: 0 },
  momentum: { a: 0.9, memories: 1 },
  nesterov: { a: 0.9, memories: 1 },
  rmsprop: { a: 0.9, memories: 1 },
  adagrad: { memories: 1, initial: 0.1 },
  adadelta: { a: 0.95, memories: 2 },
  adam,
  adamw: adam,
  adamax: { a: 0.9, b: 0.999, memories: 2, corrections: (step, rate) => [rate / (1 - 0.9 ** step), 0, 0] },
  nadam: { a: 0.9, b: 0.999, memories: 2, corrections: nadamCorrections },
}

/** The optimizer's kernel and constants, the same as in `optimizers.ts`, with decoupled weight decay. */
export const updaterOf = (id: OptimizerId, decay = 0): Updater => {
  const { a = 0, b = 0, memories, initial = 0, corrections } = CONSTANTS[id]
  return {
    kind: KINDS.indexOf(id === 'adamw' ? 'adam' : id),
    memories,
    initial,
    hyper: (step, rate) => [rate, a, b, EPSILON, ...(corrections?.(step, rate) ?? [0, 0, 0]), 1 - a, 1 - b, rate * decay],
  }
}
