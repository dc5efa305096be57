import type * as tfjs from '@tensorflow/tfjs'
import type { OptimizerId } from '../graph/document.ts'
import { gpuBackend } from '../kernels/webgpu/backend.ts'
import { GpuOptimizer } from '../kernels/webgpu/optimizer.ts'
import type { Call } from '../layers/define.ts'
import { decayWeights } from './gradients.ts'
import { adadelta, nadam } from './ownOptimizers.ts'
import type { Tf } from './tf.ts'

/** An optimizer made of operations of tfjs, which runs on every backend. */
export type PlainOptimizer = Pick<tfjs.Optimizer, 'applyGradients' | 'dispose'>
/** What carries out an optimizer. */
export type TfOptimizer = PlainOptimizer | GpuOptimizer

/** One way to turn gradients into new weights. */
export interface OptimizerDef {
  readonly id: OptimizerId
  readonly label: string
  /** One sentence for the tooltip. */
  readonly doc: string
  /** Extra values kept per trainable parameter. */
  readonly slots: number
  /** Name and further arguments below `keras.optimizers`. */
  readonly keras: Call
  make(tf: Tf, learningRate: number): PlainOptimizer
}

/** Every optimizer, with Keras's constants. */
export const optimizers: Readonly<Record<OptimizerId, OptimizerDef>> = {
  sgd: {
    id: 'sgd',
    label: 'SGD',
    doc: 'Goes down the gradient of each batch by the learning rate; typical rates are 0.01 to 0.1.',
    slots: 0,
    keras: { name: 'SGD', args: {} },
    make: (tf, lr) => tf.train.sgd(lr),
  },
  momentum: {
    id: 'momentum',
    label: 'SGD with momentum',
    doc: 'Like SGD, but keeps 90 % of its last movement, so it rolls through small bumps.',
    slots: 1,
    keras: { name: 'SGD', args: { momentum: 0.9 } },
    make: (tf, lr) => tf.train.momentum(lr, 0.9),
  },
  nesterov: {
    id: 'nesterov',
    label: 'SGD with Nesterov momentum',
    doc: 'Momentum that looks ahead: it takes the gradient as if the coming movement had been made (Nesterov 1983).',
    slots: 1,
    keras: { name: 'SGD', args: { momentum: 0.9, nesterov: true } },
    make: (tf, lr) => tf.train.momentum(lr, 0.9, true),
  },
  rmsprop: {
    id: 'rmsprop',
    label: 'RMSprop',
    doc: 'Divides each gradient by its recent size, so that every weight moves at a similar pace.',
    slots: 2,
    keras: { name: 'RMSprop', args: {} },
    make: (tf, lr) => tf.train.rmsprop(lr, 0.9),
  },
  adagrad: {
    id: 'adagrad',
    label: 'Adagrad',
    doc: 'Slows each weight down by all the gradients it has seen; wants a larger rate, such as 0.01 to 0.1.',
    slots: 1,
    keras: { name: 'Adagrad', args: {} },
    make: (tf, lr) => tf.train.adagrad(lr, 0.1),
  },
  adadelta: {
    id: 'adadelta',
    label: 'Adadelta',
    doc: 'Finds its own step size from recent gradients and steps; a rate of 1 is usual.',
    slots: 2,
    keras: { name: 'Adadelta', args: {} },
    make: adadelta,
  },
  adam: {
    id: 'adam',
    label: 'Adam',
    doc: 'Momentum and RMSprop together; a good first choice, with a rate of 0.001.',
    slots: 2,
    keras: { name: 'Adam', args: {} },
    make: (tf, lr) => tf.train.adam(lr, 0.9, 0.999, 1e-7),
  },
  adamw: {
    id: 'adamw',
    label: 'AdamW',
    doc: 'Adam with weight decay, 0.004 unless told, which keeps weights small apart from the gradient (Loshchilov and Hutter 2017).',
    slots: 2,
    keras: { name: 'AdamW', args: {} },
    make: (tf, lr) => tf.train.adam(lr, 0.9, 0.999, 1e-7),
  },
  adamax: {
    id: 'adamax',
    label: 'Adamax',
    doc: 'Adam that divides by the largest recent gradient instead of their mean square.',
    slots: 2,
    keras: { name: 'Adamax', args: {} },
    make: (tf, lr) => tf.train.adamax(lr, 0.9, 0.999, 1e-7),
  },
  nadam: {
    id: 'nadam',
    label: 'Nadam',
    doc: 'Adam with Nesterov momentum that warms up over the first steps (Dozat 2016); a rate of 0.001 is usual.',
    slots: 2,
    keras: { name: 'Nadam', args: {} },
    make: nadam,
  },
}

/** An optimizer for the backend that computes now; on a graphics card it is one kernel. */
export const makeOptimizer = (tf: Tf, id: OptimizerId, learningRate: number): TfOptimizer => {
  const backend = gpuBackend(tf)
  return backend ? new GpuOptimizer(tf, backend, id, learningRate) : optimizers[id].make(tf, learningRate)
}

/** Takes `decay` · `learningRate` of itself off every variable, then applies the gradients that there are, by the variables' names. */
export const updateVariables = (
  tf: Tf,
  optimizer: TfOptimizer,
  variables: readonly tfjs.Variable[],
  gradients: tfjs.NamedTensorMap,
  { learningRate, decay }: { readonly learningRate: number; readonly decay: number },
): void => {
  const own = optimizer instanceof GpuOptimizer
  const decaying = own ? variables.filter(({ name }) => !(name in gradients)) : variables
  decayWeights(tf, decaying, learningRate * decay)
  if (own) optimizer.applyGradients(gradients, decay)
  else optimizer.applyGradients(gradients)
}

/** Changes the learning rate of a running optimizer; its memory of past gradients stays. */
export const setLearningRate = (optimizer: TfOptimizer, value: number): void => {
  const open = optimizer as unknown as { learningRate: number; setLearningRate?(value: number): void }
  if (open.setLearningRate) open.setLearningRate(value)
  else open.learningRate = value
}

/** Frees an optimizer and its memory of past gradients, including a scalar that tfjs's momentum forgets. */
export const disposeOptimizer = (optimizer: TfOptimizer): void => {
  optimizer.dispose()
  const { c } = optimizer as unknown as { c?: tfjs.Scalar }
  if (c && !c.isDisposed) c.dispose()
}
