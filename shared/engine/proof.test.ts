import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { libraries } from '../../node/libraries.ts'
import type { PreparedData } from '../data/prepared.ts'
import { proofInputs, scorer } from './proof.ts'
import type { EngineTf } from './tf.ts'

const engine = { tf, libraries, breathe: async () => undefined } as unknown as EngineTf

beforeAll(async () => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
  tf.engine().startScope()
})
afterAll(() => tf.engine().endScope())

/** A model that tells in which of two columns the larger value stands. */
const larger = (): tf.LayersModel => {
  const input = tf.input({ shape: [2] })
  const output = tf.layers.activation({ activation: 'softmax' }).apply(input) as tf.SymbolicTensor
  return tf.model({ inputs: input, outputs: output })
}

/** 600 samples of two values; the class is the column of the larger one, but wrong for every fourth. */
const dataOf = (): PreparedData => {
  const count = 600
  const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * i))
  const larger = (i: number) => Number((inputs[2 * i + 1] ?? 0) > (inputs[2 * i] ?? 0))
  const targets = Int32Array.from({ length: count }, (_, i) => (i % 4 === 0 ? 1 - larger(i) : larger(i)))
  const empty = { inputs: new Float32Array(), targets: new Int32Array(), count: 0 }
  const scaling = { mean: [0], deviation: [1], scale: 1 }
  const facts = { source: 'made', shape: [2], kind: 'points', classes: ['left', 'right'], features: [], scaling, hash: '' } as const
  return { ...facts, train: empty, validation: empty, test: { inputs, targets, count } }
}

describe('how right an export is', () => {
  it('is the same for the model and for a runtime that answers alike, over more samples than one pass takes', async () => {
    const score = scorer(engine, larger(), 'categoricalCrossentropy', dataOf())
    expect(await score(larger())).toEqual({ accuracy: 0.75, samples: 600 })
    const counts: number[] = []
    const answered = await score(async (inputs, count) => {
      counts.push(count)
      return inputs.slice()
    })
    expect(answered).toEqual({ accuracy: 0.75, samples: 600 })
    expect(counts).toEqual([256, 256, 88])
    expect(await score(async inputs => inputs.map(v => -v))).toEqual({ accuracy: 0.25, samples: 600 })
  })

  it('is not known without data, or where there are no classes', async () => {
    expect(await scorer(engine, larger(), 'categoricalCrossentropy', null)(larger())).toBeNull()
    expect(await scorer(engine, larger(), 'meanSquaredError', { ...dataOf(), classes: [] })(async inputs => inputs)).toBeNull()
  })
})

it('numbers that a table looks up are whole and within it, where noise must prove an export', async () => {
  const input = tf.input({ shape: [5] })
  const words = tf.layers.embedding({ inputDim: 7, outputDim: 2 }).apply(input) as tf.SymbolicTensor
  const [probe] = proofInputs(engine, tf.model({ inputs: input, outputs: words }), null)
  const values = [...((await probe?.data()) ?? [])]
  expect(values).toHaveLength(32 * 5)
  expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
})
