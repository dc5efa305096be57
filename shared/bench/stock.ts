import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../engine/tf.ts'
import type { BenchNet, Subject } from './nets.ts'
import type { Contender } from './rounds.ts'

/** Most batches of one `fit`, so that what it does once per call weighs little. */
const MOST_BATCHES = 64

type Add = {
  conv(filters: number, size: number, padding: 'valid' | 'same'): void
  pool(): void
  flatten(): void
  dense(units: number, activation?: 'softmax'): void
}

/** The networks once more, as a user of tfjs writes them. */
const LAYERS: Record<BenchNet, (add: Add) => void> = {
  lenet: ({ conv, pool, flatten, dense }) => {
    conv(20, 5, 'valid')
    pool()
    conv(50, 5, 'valid')
    pool()
    flatten()
    dense(256)
    dense(10, 'softmax')
  },
  mlp: ({ flatten, dense }) => {
    flatten()
    dense(256)
    dense(256)
    dense(10, 'softmax')
  },
  'vgg-small': ({ conv, pool, flatten, dense }) => {
    for (const filters of [64, 128]) {
      conv(filters, 3, 'same')
      conv(filters, 3, 'same')
      pool()
    }
    flatten()
    dense(256)
    dense(10, 'softmax')
  },
}

/** A compiled `tf.sequential` model of a network, with nothing of Netloom in it. */
export const stockModel = (tf: Tf, net: BenchNet, shape: readonly number[]): tfjs.Sequential => {
  const model = tf.sequential()
  const first = () => (model.layers.length === 0 ? { inputShape: [...shape] } : {})
  LAYERS[net]({
    conv: (filters, kernelSize, padding) => model.add(tf.layers.conv2d({ ...first(), filters, kernelSize, padding, activation: 'relu' })),
    pool: () => model.add(tf.layers.maxPooling2d({ poolSize: 2, strides: 2 })),
    flatten: () => model.add(tf.layers.flatten({ ...first() })),
    dense: (units, activation) => model.add(tf.layers.dense({ ...first(), units, activation: activation ?? 'relu' })),
  })
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
  return model
}

/** Stock tfjs on the backend that runs, ready to fit. */
export interface Stock extends Contender {
  /** Milliseconds of one `fit` over one batch, after one that warmed up. */
  readonly calibrated: number
  /** Fits this many batches. */
  fit(batches: number): Promise<void>
}

const repeated = (values: Float32Array, times: number): Float32Array => {
  const out = new Float32Array(values.length * times)
  for (let i = 0; i < times; i++) out.set(values, i * values.length)
  return out
}

/** Prepares plain `model.fit`; `seconds` is how long one `fit` may take at least. The backend is already set, and nothing of ours is registered. */
export const openStock = async (tf: Tf, { net, data, batch }: Pick<Subject, 'net' | 'data' | 'batch'>, seconds: number): Promise<Stock> => {
  const { shape, classes, train } = data
  const model = stockModel(tf, net, shape)
  const open = (batches: number) => {
    const copies = Math.ceil(batches / 2)
    return tf.tidy(() => {
      const x = tf.tensor(repeated(train.inputs, copies), [2 * copies * batch, ...shape])
      const labels = tf.tile(tf.tensor1d(train.targets as Int32Array, 'int32'), [copies])
      const y = tf.oneHot(labels, classes.length).toFloat()
      return batches === 2 * copies ? { x, y } : { x: x.slice(0, batches * batch), y: y.slice(0, batches * batch) }
    })
  }
  const fitOn = async ({ x, y }: { x: tfjs.Tensor; y: tfjs.Tensor }): Promise<void> => {
    // Never yielding is its fastest way; it reads the losses back in the end.
    await model.fit(x, y, { batchSize: batch, epochs: 1, shuffle: false, verbose: 0, yieldEvery: 'never' })
  }
  const one = open(1)
  await fitOn(one)
  const started = performance.now()
  await fitOn(one)
  const calibrated = performance.now() - started
  tf.dispose([one.x, one.y])
  const batches = Math.max(1, Math.min(MOST_BATCHES, Math.round((1000 * seconds) / calibrated)))
  const many = open(batches)
  return {
    name: `stock tfjs ${tf.version.tfjs} ${tf.getBackend()}`,
    calibrated,
    fit: async count => {
      const some = open(count)
      await fitOn(some)
      tf.dispose([some.x, some.y])
    },
    round: async time => {
      const begun = performance.now()
      let fits = 0
      do {
        await fitOn(many)
        fits += 1
      } while (performance.now() - begun < 1000 * time)
      return { 'model.fit': (1000 * fits * batches * batch) / (performance.now() - begun) }
    },
    close: () => {
      model.dispose()
      tf.dispose([many.x, many.y])
    },
  }
}
