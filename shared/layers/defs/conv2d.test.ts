import { expect, test } from 'vitest'
import { unwrap } from '../../result.ts'
import { parseParams } from '../params.ts'
import { conv2d } from './conv2d.ts'

const values = (params: Record<string, unknown>) => parseParams(conv2d.params, params).values

test('numbers of the lectures: 100×100×16 with 80 parameters, then 100×100×32 with 4,640', () => {
  const first = values({ filters: 16, kernelSize: [2, 2], strides: [2, 2] })
  expect(unwrap(conv2d.shape([200, 200, 1], first))).toEqual([100, 100, 16])
  expect(conv2d.formula([200, 200, 1], [100, 100, 16], first)).toContainEqual(
    expect.objectContaining({ expression: '(2·2·1 + 1)·16', result: '80' }),
  )
  const second = values({ filters: 32, padding: 'same' })
  expect(unwrap(conv2d.shape([100, 100, 16], second))).toEqual([100, 100, 32])
  expect(conv2d.formula([100, 100, 16], [100, 100, 32], second)).toContainEqual(expect.objectContaining({ result: '4,640' }))
})

test('without bias the formula and the weights leave it out', () => {
  const v = values({ filters: 4, useBias: false })
  expect(conv2d.weights?.([5, 5, 2], v)).toEqual([{ name: 'kernel', shape: [3, 3, 2, 4], trainable: true }])
  expect(conv2d.formula([5, 5, 2], [3, 3, 4], v)).toContainEqual(expect.objectContaining({ expression: '3·3·2·4', result: '72' }))
})

test('strides and dilation together are refused with two ways out', () => {
  const refused = conv2d.shape([20, 20, 1], values({ strides: [2, 1], dilationRate: [1, 2] }))
  expect(refused).toMatchObject({
    ok: false,
    issues: [
      { code: 'layer/stride-and-dilation', received: 'strides 2×1, dilation rate 1×2', fixes: [{ params: { strides: [1, 1] } }, {}] },
    ],
  })
})

test('a dilated kernel is as large as it spreads', () => {
  const refused = conv2d.shape([6, 6, 1], values({ dilationRate: [3, 3] }))
  expect(refused).toMatchObject({ ok: false, issues: [{ code: 'layer/kernel-too-large', expected: 'at least 7×7', received: '6×6' }] })
})

test('Keras code says only what differs from its defaults', () => {
  expect(conv2d.keras(values({ filters: 20, kernelSize: [5, 5] })).args).toEqual({ filters: 20, kernel_size: [5, 5] })
  expect(conv2d.keras(values({ padding: 'same', kernelInitializer: 'leCunNormal', activation: 'hardSigmoid' })).args).toEqual({
    filters: 32,
    kernel_size: [3, 3],
    padding: 'same',
    kernel_initializer: 'lecun_normal',
    activation: 'hard_sigmoid',
  })
})
