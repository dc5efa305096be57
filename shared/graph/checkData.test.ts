import { expect, test } from 'vitest'
import { chain, node, smallNet } from './build.testkit.ts'
import { checkAgainstData, type DataOutline } from './checkData.ts'
import type { LossId, ProjectFile } from './document.ts'
import { setParams } from './edit.ts'
import { applyFix } from './fixes.ts'
import { resolve } from './resolve.ts'

const digits: DataOutline = { shape: [28, 28, 1], classes: [...'0123456789'], kind: 'image' }
const check = (doc: ProjectFile, data: DataOutline = digits, loss: LossId = 'sparseCategoricalCrossentropy') =>
  checkAgainstData(resolve(doc), data, { loss })
const repaired = (doc: ProjectFile, ...more: [DataOutline?, LossId?]) => {
  const fix = check(doc, ...more)[0]?.fixes?.[0]
  return fix ? check(applyFix(doc, fix), ...more) : 'no fix'
}

test('digits and a network for digits go together', () => expect(check(smallNet())).toEqual([]))

test('samples of another shape are an error with the shape as fix', () => {
  const small = { ...digits, shape: [8, 8, 1] }
  expect(check(smallNet(), small)).toMatchObject([
    { code: 'data/shape-differs', severity: 'error', expected: '8×8×1', received: '28×28×1' },
  ])
  expect(repaired(smallNet(), small)).toEqual([])
})

test('as many outputs as classes', () => {
  const doc = setParams(smallNet(), 'output', { units: 3 })
  expect(check(doc)).toMatchObject([{ message: 'The data has 10 classes, but "output" puts out 3 values: give it 10 units.' }])
  expect(repaired(doc)).toEqual([])
})

test('an image at the end is flattened before the last Dense', () => {
  const doc = chain(node('input', 'input'), node('output', 'dense', { units: 10, activation: 'softmax' }))
  expect(check(doc)).toMatchObject([{ code: 'data/output-rank', received: '28×28×10' }])
  expect(repaired(doc)).toEqual([])
})

test('a loss of probabilities after relu is a warning', () => {
  const doc = setParams(smallNet(), 'output', { activation: 'relu' })
  expect(check(doc)).toMatchObject([{ code: 'training/activation', severity: 'warning', expected: 'softmax', received: 'relu' }])
  expect(repaired(doc)).toEqual([])
  expect(check(doc, digits, 'meanSquaredError')).toEqual([])
})

test('two classes may share one sigmoid', () => {
  const two = { ...digits, classes: ['no', 'yes'] }
  const doc = setParams(smallNet(), 'output', { units: 1, activation: 'sigmoid' })
  expect(check(doc, two, 'binaryCrossentropy')).toEqual([])
  expect(check(doc, two)).toMatchObject([{ code: 'data/output-units' }, { code: 'training/activation' }])
})

test('numbers to predict want mean squared error', () => {
  const regression: DataOutline = { shape: [28, 28, 1], classes: [], kind: 'table' }
  expect(check(smallNet(), regression)).toMatchObject([{ code: 'data/loss-needs-classes' }])
  expect(check(smallNet(), regression, 'meanSquaredError')).toEqual([])
})

test('a hundred million parameters are announced before training', () => {
  const doc = chain(
    node('input', 'input', { shape: [10_000] }),
    node('big', 'dense', { units: 10_000 }),
    node('output', 'dense', { units: 10, activation: 'softmax' }),
  )
  expect(check(doc, { ...digits, shape: [10_000] })).toMatchObject([{ code: 'training/heavy', severity: 'warning' }])
})
