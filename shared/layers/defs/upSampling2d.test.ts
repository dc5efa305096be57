import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { upSampling2d } from './upSampling2d.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

test('"nearest" writes every pixel size × size times', () => {
  const layer = upSampling2d.build?.({ size: [2, 2], interpolation: 'nearest' }, { tf, name: 'up', output: [2, 4, 1], seed: 1 })
  const image = tf.tensor4d([5, 9], [1, 1, 2, 1])
  expect([...((layer?.apply(image) ?? image) as tf.Tensor).dataSync()]).toEqual([5, 5, 9, 9, 5, 5, 9, 9])
})

test('a size in both directions, spelled out', () => {
  const formulas = upSampling2d.formula([3, 5, 2], [6, 15, 2], { size: [2, 3], interpolation: 'nearest' })
  expect(formulas.map(f => `${f.expression} = ${f.result}`)).toEqual(['3·2 = 6', '5·3 = 15'])
})
