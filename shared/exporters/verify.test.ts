import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { compare, judge, proofSentence, verifyRun } from './verify.ts'

describe('the proof of an export', () => {
  it('holds when both networks say the same', () => {
    const found = compare('tfjs', 2, [0.9, 0.1, 0.2, 0.8], [0.9, 0.1, 0.20001, 0.79999])
    expect(found.sameClass).toBe(true)
    expect(found.maxAbsDiff).toBeCloseTo(1e-5, 7)
    expect(judge(found).ok).toBe(true)
    expect(proofSentence(found)).toMatch(/2 samples: largest difference 1\.0e-5/)
  })

  it('fails when a value differs, though the class is the same', () => {
    const judged = judge(compare('tfjs', 1, [0.9, 0.1], [0.8, 0.2]))
    expect(judged.ok ? '' : judged.issues[0].message).toMatch(/largest difference 0\.1/)
  })

  it('fails when a class differs by the smallest amount', () => {
    expect(judge(compare('tfjs', 1, [0.500001, 0.499999], [0.499999, 0.500001])).ok).toBe(false)
  })

  it.each([
    ['a value is not a number on one side', [0.5, Number.NaN], [0.5, 0.5]],
    ['a value is not a number on both sides', [Number.NaN, 1], [Number.NaN, 1]],
    ['outputs differ in size', [0.5, 0.5], [0.5]],
  ])('fails when %s', (_, wanted, got) => {
    expect(judge(compare('tfjs', 1, wanted, got)).ok).toBe(false)
  })

  it('lets rounded weights differ, but says how much and what it costs', () => {
    const accuracy = { before: 0.9731, after: 0.97, samples: 500 }
    const found = { ...compare('tfjs', 2, [0.9, 0.1, 0.6, 0.4], [0.8, 0.2, 0.4, 0.6]), rounded: 'int8', accuracy } as const
    expect(found).toMatchObject({ sameClass: false, agreeing: 1 })
    expect(judge(found).ok).toBe(true)
    expect(proofSentence(found)).toMatch(
      /difference 2\.0e-1, 1 of 2 classes the same\. A difference is expected: .* 8 bits\. Accuracy on 500 .*: 97\.31 % before, 97\.00 % after/,
    )
    expect(judge({ ...found, maxAbsDiff: Number.NaN }).ok).toBe(false)
  })

  it('judges a difference by the size of the outputs', () => {
    const found = compare('tfjs', 1, [2000, 1], [2000.01, 1])
    expect(found.largest).toBe(2000)
    expect(judge(found).ok).toBe(true)
    expect(judge(compare('tfjs', 1, [2000, 1], [2000.5, 1])).ok).toBe(false)
  })

  it('lets another runtime order values that are as good as equal', () => {
    expect(compare('tfjs', 1, [1, 1 - 6e-8, 0.2], [1 - 6e-8, 1, 0.2]).sameClass).toBe(true)
  })

  it('speaks of no classes where outputs are numbers, whichever of them is the largest', async () => {
    const input = tf.input({ shape: [2] })
    const numbers = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2, useBias: false }).apply(input) as tf.SymbolicTensor })
    const scores = tf.model({ inputs: input, outputs: tf.layers.activation({ activation: 'softmax' }).apply(input) as tf.SymbolicTensor })
    numbers.setWeights([tf.tensor2d([1, 0, 0, 1], [2, 2])])
    const probe = [tf.tensor2d([0.5, 0.50002], [1, 2])]
    const found = await verifyRun('tfjs', numbers, probe, async () => [[0.50002, 0.5]])
    expect(found).toMatchObject({ classless: true, sameClass: false })
    expect(judge(found).ok).toBe(true)
    expect(proofSentence(found)).not.toContain('class')
    expect(await verifyRun('tfjs', scores, probe, async () => [[0.499995, 0.500005]])).toMatchObject({ sameClass: true })
    expect(proofSentence(await verifyRun('tfjs', scores, probe, async () => [[0.499995, 0.500005]]))).toContain('every class the same')
  })

  it.each([
    ['first', [Number.NaN], [1]],
    ['last', [1], [Number.NaN]],
  ])('fails when the %s of several outputs is not a number', async (_, first, last) => {
    const outputs = [first, last].map(values => ({ data: async () => values, dispose: () => undefined }))
    const model = { predict: () => outputs, outputLayers: [] } as unknown as tf.LayersModel
    const probes = [{ shape: [1, 1] }] as unknown as tf.Tensor[]
    expect(judge(await verifyRun('tfjs', model, probes, async () => [[1], [1]])).ok).toBe(false)
  })

  it('says nothing of classes where each output is one number', async () => {
    const outputs = [{ data: async () => [3, 4], dispose: () => undefined }]
    const model = { predict: () => outputs, outputLayers: [] } as unknown as tf.LayersModel
    const probes = [{ shape: [2, 1] }] as unknown as tf.Tensor[]
    const found = await verifyRun('tfjs', model, probes, async () => [[3, 4]])
    expect(judge(found).ok).toBe(true)
    expect(proofSentence(found)).toBe('Reloaded with tfjs and compared on 2 samples: largest difference 0.')
  })

  it('fails without samples', () => {
    const judged = judge(compare('tfjs', 0, [], []))
    expect(judged.ok ? '' : judged.issues[0].message).toMatch(/no sample/)
  })
})
