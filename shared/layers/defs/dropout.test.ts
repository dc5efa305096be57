import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { dropout } from './dropout.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const masks = (seed: number, steps: number): readonly string[] => {
  const layer = dropout.build?.({ rate: 0.5 }, { tf, name: 'drop', output: [64], seed, trainable: true })
  const x = tf.ones([1, 64])
  return Array.from({ length: steps }, () => ((layer?.apply(x, { training: true }) ?? x) as tf.Tensor).dataSync().join(' '))
}

test('every training step silences other units, and the same seed silences the same ones again', () => {
  const run = masks(3, 4)
  expect(new Set(run).size).toBe(4)
  expect(masks(3, 4)).toEqual(run)
  expect(masks(4, 4)).not.toEqual(run)
})

test('when the network is only asked, everything passes', () => {
  const layer = dropout.build?.({ rate: 0.5 }, { tf, name: 'drop', output: [64], seed: 1, trainable: true })
  const x = tf.ones([1, 64])
  expect([...((layer?.apply(x) ?? x) as tf.Tensor).dataSync()]).toEqual(Array(64).fill(1))
})
