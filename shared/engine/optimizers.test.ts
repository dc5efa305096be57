import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_TRAINING, OPTIMIZERS, type OptimizerId, type TrainingSetup, usualDecay } from '../graph/document.ts'
import { clipGradients, decayWeights } from './gradients.ts'
import { disposeOptimizer, optimizers, setLearningRate } from './optimizers.ts'

/** Gradients of three steps for the weights (1, −2, 0.5) and (3, 4). */
const STEPS = [
  [0.1, -0.2, 0.3],
  [0.05, 0.4, -0.6],
  [-0.3, 0.1, 0.2],
] as const

/** Where Keras 3.15 (jax) takes those weights with a rate of 0.1 and its usual constants, to six digits; Adam's ε stands elsewhere there, which is 5e-6. */
const KERAS: Readonly<Record<OptimizerId, readonly number[]>> = {
  sgd: [1.015, -2.03, 0.51, 3.03, 4.03],
  momentum: [0.9934, -2.0318, 0.5127, 2.9868, 4.0318],
  nesterov: [1.00906, -2.05862, 0.52143, 3.01812, 4.05862],
  rmsprop: [0.835827, -2.042734, 0.373804, 2.835812, 4.042735],
  adagrad: [1.021608, -2.037538, 0.486041, 3.004745, 4.037538],
  adadelta: [0.999972, -2.000098, 0.49996, 2.999972, 4.000099],
  adam: [0.841511, -1.978177, 0.445468, 2.841509, 3.978177],
  adamw: [0.840429, -1.975843, 0.444934, 2.838027, 3.973444],
  adamax: [0.847644, -1.956466, 0.434919, 2.847644, 3.956466],
  nadam: [0.937953, -2.009337, 0.455384, 2.937953, 4.009337],
}

/** The same for SGD with `weight_decay=0.5`, `clipvalue=0.15`, `clipnorm=0.25` and `global_clipnorm=0.3`. */
const FINER: readonly (readonly [Partial<TrainingSetup>, readonly number[]])[] = [
  [{ weightDecay: 0.5 }, [0.8736, -1.7447, 0.438612, 2.604575, 3.45945]],
  [{ clip: 'value', clipLimit: 0.15 }, [1, -2.01, 0.485, 2.99, 4.01]],
  [{ clip: 'norm', clipLimit: 0.25 }, [1.011634, -2.007153, 0.487344, 3.000919, 4.010685]],
  [{ clip: 'globalNorm', clipLimit: 0.3 }, [1.004404, -2.005829, 0.494041, 3.008808, 4.005829]],
]

/** Takes the three steps; no tensor may be left. */
const walked = (more: Partial<TrainingSetup>): number[] => {
  const before = tf.memory().numTensors
  const setup = { ...DEFAULT_TRAINING, ...more }
  const variables = [tf.variable(tf.tensor1d([1, -2, 0.5])), tf.variable(tf.tensor1d([3, 4]))]
  const optimizer = optimizers[setup.optimizer].make(tf, 1)
  setLearningRate(optimizer, 0.1)
  for (const [a, b, c] of STEPS)
    tf.tidy(() => {
      const gradients = Object.fromEntries([tf.tensor1d([a, b, c]), tf.tensor1d([2 * a, -b])].map((g, i) => [variables[i]?.name, g]))
      decayWeights(tf, variables, 0.1 * setup.weightDecay)
      optimizer.applyGradients(clipGradients(tf, setup, gradients))
    })
  const found = variables.flatMap(v => [...v.dataSync()])
  disposeOptimizer(optimizer)
  tf.dispose(variables)
  // The tensors that the variables were made from.
  expect(tf.memory().numTensors - before).toBe(2)
  return found
}

describe('optimizers', () => {
  beforeAll(() => tf.setBackend('cpu'))

  it.each(OPTIMIZERS)('%s takes the steps that Keras takes, and leaves no tensor behind', optimizer => {
    const found = walked({ optimizer, weightDecay: usualDecay(optimizer) })
    KERAS[optimizer].forEach((v, i) => {
      expect(Math.abs((found[i] ?? Number.NaN) - v)).toBeLessThan(1e-5)
    })
  })

  it.each(FINER)('SGD with %o does as well', (more, wanted) => {
    const found = walked({ optimizer: 'sgd', ...more })
    wanted.forEach((v, i) => {
      expect(Math.abs((found[i] ?? Number.NaN) - v)).toBeLessThan(1e-5)
    })
  })
})
