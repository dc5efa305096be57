import { afterEach, describe, expect, test } from 'vitest'
import { type Brick, type Case, distance, worst } from '../wasm/oracle.testkit.ts'
import { errors, missing, openBoth } from './card.testkit.ts'

const input = (...shape: number[]): Brick => ({ type: 'input', params: { shape } })
const dense = (units: number, activation = 'linear', more = {}): Brick => ({ type: 'dense', params: { units, activation, ...more } })
const conv = (filters: number, kernelSize: [number, number], more = {}): Brick => ({
  type: 'conv2d',
  params: { filters, kernelSize, activation: 'linear', ...more },
})
const flatten: Brick = { type: 'flatten' }
const softmax = dense(4, 'softmax')
const INDICES = Int32Array.from([7, 2, 11, 4])
const CLOSE = 1e-5

const compare = async (given: Case) => {
  const three = await openBoth(given)
  try {
    const wanted = await three.tfjsStep(INDICES)
    three.gpu.step(INDICES, 0.01)
    const [score] = await three.gpu.read()
    expect((score?.loss ?? Number.NaN) / INDICES.length).toBeCloseTo(wanted.loss, 4)
    const off = worst(await three.gpu.getGradients(), wanted.gradients)
    console.log(off)
    expect(off.off, off.name).toBeLessThan(CLOSE)
  } finally {
    three.close()
  }
}
afterEach(() => expect(errors).toEqual([]))

describe.skipIf(missing)('gpu', () => {
  test('dense', () => compare({ bricks: [input(6), dense(9, 'relu'), softmax] }))
  test('conv', () => compare({ bricks: [input(9, 8, 3), conv(5, [3, 3], { activation: 'relu', padding: 'same' }), { type: 'maxPooling2d', params: { poolSize: [2, 2] } }, conv(6, [3, 3]), flatten, softmax] }))
  test('strides', () => compare({ bricks: [input(9, 8, 3), conv(5, [3, 3], { strides: [2, 2], padding: 'same' }), conv(6, [3, 3]), flatten, softmax] }))
})
