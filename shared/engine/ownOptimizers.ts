import type * as tfjs from '@tensorflow/tfjs'
import { nadamShares } from '../kernels/updater.ts'
import type { PlainOptimizer } from './optimizers.ts'
import type { Tf } from './tf.ts'

const EPSILON = 1e-7

/** What a rule knows of one weight: its value, its gradient, its two memories, the learning rate and the step, from 1. */
interface Now {
  readonly weight: tfjs.Tensor
  readonly gradient: tfjs.Tensor
  readonly first: tfjs.Variable
  readonly second: tfjs.Variable
  readonly rate: number
  readonly step: number
}

/** The new weight; the rule assigns its memories itself. */
type Rule = (tf: Tf, now: Now) => tfjs.Tensor

/** An optimizer that tfjs lacks or has wrong, by its rule for one weight; keeps two memories per weight, which begin at 0. */
class OwnOptimizer implements PlainOptimizer {
  learningRate: number
  private step = 0
  private readonly memories = new Map<string, readonly [tfjs.Variable, tfjs.Variable]>()
  private readonly tf: Tf
  private readonly rule: Rule

  constructor(tf: Tf, rule: Rule, learningRate: number) {
    this.tf = tf
    this.rule = rule
    this.learningRate = learningRate
  }

  applyGradients(given: Parameters<PlainOptimizer['applyGradients']>[0]): void {
    const { tf } = this
    this.step += 1
    const gradients = Array.isArray(given) ? given.map(({ name, tensor }) => [name, tensor] as const) : Object.entries(given)
    for (const [name, gradient] of gradients) {
      const variable = tf.engine().registeredVariables[name]
      if (!variable) continue
      const [first, second] = this.memoryOf(name, variable)
      tf.tidy(() => {
        variable.assign(this.rule(tf, { weight: variable, gradient, first, second, rate: this.learningRate, step: this.step }))
      })
    }
  }

  dispose(): void {
    for (const pair of this.memories.values()) this.tf.dispose([...pair])
    this.memories.clear()
  }

  private memoryOf(name: string, variable: tfjs.Variable): readonly [tfjs.Variable, tfjs.Variable] {
    const { tf } = this
    const make = (): tfjs.Variable => tf.tidy(() => tf.variable(tf.zerosLike(variable), false))
    const found = this.memories.get(name) ?? ([make(), make()] as const)
    this.memories.set(name, found)
    return found
  }
}

/** Assigns a·memory + (1 − a)·value and returns it. */
const blend = (tf: Tf, memory: tfjs.Variable, a: number, value: tfjs.Tensor): tfjs.Tensor => {
  memory.assign(tf.add(tf.mul(memory, a), tf.mul(value, 1 - a)))
  return memory
}

/** Adadelta (Zeiler 2012) as in Keras 3. tfjs divides by the mean square from before this gradient, which makes its first steps far too long. */
export const adadelta = (tf: Tf, learningRate: number): PlainOptimizer =>
  new OwnOptimizer(
    tf,
    (_, { weight, gradient, first, second, rate }) => {
      const size = tf.sqrt(tf.add(blend(tf, first, 0.95, tf.square(gradient)), EPSILON))
      const move = tf.mul(tf.div(tf.sqrt(tf.add(second, EPSILON)), size), gradient)
      blend(tf, second, 0.95, tf.square(move))
      return tf.sub(weight, tf.mul(move, rate))
    },
    learningRate,
  )

/** Nadam (Dozat 2016) as in Keras 3. */
export const nadam = (tf: Tf, learningRate: number): PlainOptimizer =>
  new OwnOptimizer(
    tf,
    (_, { weight, gradient, first, second, rate, step }) => {
      const share = nadamShares(step)
      const mean = tf.add(tf.mul(blend(tf, first, 0.9, gradient), share.memory), tf.mul(gradient, share.gradient))
      const size = tf.sqrt(tf.div(blend(tf, second, 0.999, tf.square(gradient)), 1 - 0.999 ** step))
      return tf.sub(weight, tf.div(tf.mul(mean, rate), tf.add(size, EPSILON)))
    },
    learningRate,
  )
