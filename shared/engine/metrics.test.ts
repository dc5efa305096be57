import { describe, expect, it } from 'vitest'
import { METRICS, metrics, precisions, recalls, tally } from './metrics.ts'

const oneHot = (label: number, width: number) => Array.from({ length: width }, (_, i) => Number(i === label))

describe('metrics of classes', () => {
  const counting = tally({ kind: 'oneHot', width: 3 }, false)
  // Said 0 0 1 1 2 2, of samples that are 0 1 1 1 2 0.
  counting.add(
    [0, 0, 1].flatMap(label => oneHot(label, 3)),
    [0, 1, 1],
    3,
    1.5,
  )
  counting.add(
    [1, 2, 2].flatMap(label => oneHot(label, 3)),
    [1, 2, 0],
    3,
    4.5,
  )
  const found = counting.result()

  it('follow from the confusion, which adds up over batches', () => {
    expect(found).toMatchObject({
      loss: 1,
      count: 6,
      confusion: [
        [1, 0, 1],
        [1, 2, 0],
        [0, 0, 1],
      ],
    })
    expect(precisions(found.confusion)).toEqual([1 / 2, 1, 1 / 2])
    expect(recalls(found.confusion)).toEqual([1 / 2, 2 / 3, 1])
    expect(found.metrics.accuracy).toBeCloseTo(4 / 6, 12)
    expect(found.metrics.precision).toBeCloseTo(2 / 3, 12)
    expect(found.metrics.recall).toBeCloseTo((1 / 2 + 2 / 3 + 1) / 3, 12)
    expect(found.accuracy).toBe(found.metrics.accuracy)
    expect(Object.keys(found.metrics)).toEqual(['accuracy', 'precision', 'recall'])
  })

  it('count an answer that was never given as 0, and leave out classes without samples', () => {
    const one = tally({ kind: 'oneHot', width: 3 }, false)
    one.add([...oneHot(0, 3), ...oneHot(0, 3)], [0, 1], 2, 0)
    const { metrics: measured } = one.result()
    expect(measured.precision).toBeCloseTo((1 / 2 + 0) / 2, 12)
    expect(measured.recall).toBeCloseTo((1 + 0) / 2, 12)
  })

  it('include the five likeliest from ten classes on', () => {
    const ten = tally({ kind: 'oneHot', width: 10 }, true)
    const falling = Array.from({ length: 10 }, (_, i) => -i)
    ten.add([...falling, ...falling, ...falling], [0, 4, 5], 3, 0)
    expect(ten.result().metrics).toMatchObject({ accuracy: 1 / 3, top5: 2 / 3 })
  })

  it('split one output at a half, or at 0 before its sigmoid', () => {
    for (const [fused, outputs] of [
      [false, [0.4, 0.6, 0.7]],
      [true, [-1, 0.1, 0.2]],
    ] as const) {
      const two = tally({ kind: 'binary', width: 1 }, fused)
      two.add(outputs, [0, 1, 0], 3, 0)
      expect(two.result()).toMatchObject({
        confusion: [
          [1, 1],
          [0, 1],
        ],
        metrics: { accuracy: 2 / 3, precision: 3 / 4, recall: 3 / 4 },
      })
    }
  })
})

it('metrics of numbers are mean errors over samples and values', () => {
  const counting = tally({ kind: 'values', width: 2 }, false)
  counting.add([1, 2, 3, 4], [1, 0, 0, 4], 2, 6)
  expect(counting.result()).toMatchObject({ loss: 3, accuracy: Number.NaN, confusion: [], metrics: { mae: 5 / 4, mse: 13 / 4 } })
  expect(Object.keys(counting.result().metrics)).toEqual(['mae', 'mse'])
})

it('every metric has a label and a sentence', () => {
  for (const id of METRICS) expect([metrics[id].label, metrics[id].doc.endsWith('.')]).toEqual([expect.any(String), true])
})
