import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { dot } from './dot.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})
const v = { axes: -1, normalize: false }

test('two vectors give one number, normalised the cosine of their angle', () => {
  const of = (normalize: boolean) => {
    const layer = dot.build?.({ axes: -1, normalize }, { tf, name: 'dot', output: [1], seed: 1 })
    return ((layer?.apply([tf.tensor2d([[3, 4]]), tf.tensor2d([[4, 3]])]) ?? tf.scalar(0)) as tf.Tensor).dataSync()[0]
  }
  expect(of(false)).toBe(24)
  expect(of(true)).toBeCloseTo(24 / 25, 6)
})

test('lengths that differ, a missing axis and a third input are refused', () => {
  expect(dot.shape([[6], [5]], v)).toMatchObject({ ok: false, issues: [{ code: 'layer/shapes-differ', received: '6, 5' }] })
  expect(dot.shape([[6], [4, 6]], { ...v, axes: 2 })).toMatchObject({ ok: false, issues: [{ code: 'layer/no-such-axis' }] })
  expect(dot.shape([[6], [6]], { ...v, axes: 0 })).toMatchObject({ ok: false, issues: [{ param: 'axes' }] })
  expect(dot.input.accept([[6], [6], [6]])).toMatchObject({ ok: false, issues: [{ code: 'layer/not-two-inputs' }] })
  expect(dot.input.accept([[6], [2, 2, 6]])).toMatchObject({ ok: false })
  expect(dot.input.accept([[6]])).toMatchObject({ ok: false, issues: [{ received: '6' }] })
})
