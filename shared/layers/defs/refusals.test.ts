import { expect, test } from 'vitest'
import { unwrap } from '../../result.ts'
import { parseParams, readParam } from '../params.ts'
import { conv1d } from './conv1d.ts'
import { conv2dTranspose } from './conv2dTranspose.ts'
import { cropping2d } from './cropping2d.ts'
import { maxPooling1d } from './maxPooling1d.ts'
import { permute } from './permute.ts'
import { prelu } from './prelu.ts'
import { separableConv2d } from './separableConv2d.ts'

test('cropping that leaves nothing is refused with the most that can go', () => {
  expect(cropping2d.shape([4, 6, 1], { height: [2, 2], width: [1, 1] })).toMatchObject({
    ok: false,
    issues: [{ code: 'layer/crop-too-large', param: 'height', expected: 'at most 3 rows and 5 columns' }],
  })
})

test('an order of axes holds each axis once', () => {
  expect(permute.shape([4, 5, 3], { dims: [3, 1, 2] })).toEqual({ ok: true, value: [3, 4, 5] })
  for (const dims of [
    [2, 1],
    [1, 1, 2],
    [1, 2, 4],
  ])
    expect(permute.shape([4, 5, 3], { dims })).toMatchObject({ ok: false, issues: [{ expected: '1, 2, 3 in any order' }] })
})

test('shared axes are axes that are there; an empty field shares none', () => {
  expect(prelu.weights?.([4, 5, 3], { sharedAxes: [1, 2] })).toMatchObject([{ shape: [1, 1, 3] }])
  expect(prelu.shape([4], { sharedAxes: [2] })).toMatchObject({ ok: false, issues: [{ param: 'sharedAxes' }] })
  expect(prelu.shape([4, 4], { sharedAxes: [1, 1] })).toMatchObject({ ok: false })
  expect(readParam('sharedAxes', prelu.params.sharedAxes, ' ')).toEqual({ ok: true, value: [] })
})

test('windows that are longer than the sequence are refused', () => {
  const conv = parseParams(conv1d.params, { kernelSize: 3, dilationRate: 3 }).values
  expect(conv1d.shape([6, 1], conv)).toMatchObject({ ok: false, issues: [{ expected: 'at least 7 steps', received: '6 steps' }] })
  expect(conv1d.shape([9, 1], { ...conv, strides: 2 })).toMatchObject({ ok: false, issues: [{ code: 'layer/stride-and-dilation' }] })
  const pool = parseParams(maxPooling1d.params, {}).values
  expect(maxPooling1d.shape([1, 4], pool)).toMatchObject({ ok: false, issues: [{ fixes: [{ params: { padding: 'same' } }] }] })
})

test('a separable convolution spells out its few weights', () => {
  const v = parseParams(separableConv2d.params, { filters: 64 }).values
  const formulas = separableConv2d.formula([28, 28, 32], unwrap(separableConv2d.shape([28, 28, 32], v)), v)
  expect(formulas).toContainEqual(expect.objectContaining({ expression: '3·3·32 + (32 + 1)·64', result: '2,400' }))
})

test('a transposed convolution spells out how it grows', () => {
  const v = parseParams(conv2dTranspose.params, { strides: [2, 2] }).values
  expect(unwrap(conv2dTranspose.shape([7, 7, 8], v))).toEqual([15, 15, 32])
  expect(conv2dTranspose.formula([7, 7, 8], [15, 15, 32], v)[0]).toMatchObject({ expression: '7·2 + 3 − 2', result: '15' })
})
