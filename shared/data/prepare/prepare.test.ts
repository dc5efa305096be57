import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DataChoice } from '../../graph/document.ts'
import { type Result, unwrap } from '../../result.ts'
import { choose, load } from '../data.testkit.ts'
import type { RawData } from '../define.ts'
import { prepare } from '../prepare.ts'
import { splitData } from './split.ts'

const refusal = (result: Result<unknown>): string => {
  if (result.ok) throw new Error('It was accepted.')
  return result.issues[0].message
}

/** A table of one column holding the sample's number, with the classes given. */
const numbered = (labels: readonly number[], more: Partial<RawData> = {}): RawData => ({
  shape: [1],
  kind: 'table',
  classes: Array.from({ length: Math.max(...labels, 0) + 1 }, (_, i) => `class ${i}`),
  features: ['number'],
  scale: 100,
  train: { inputs: Float32Array.from(labels.keys()), targets: Uint8Array.from(labels), count: labels.length },
  ...more,
})

const tally = (targets: ArrayLike<number>, classes: number): number[] => {
  const counts = Array<number>(classes).fill(0)
  for (const target of Array.from(targets)) counts[target] = (counts[target] ?? 0) + 1
  return counts
}

describe('splitting', () => {
  it('gives every class its share of each part, and the same parts for the same seed', async () => {
    const raw = await load('iris')
    const data = unwrap(await prepare(raw, choose({ validation: 0.1, test: 0.2 })))
    expect([data.train, data.validation, data.test].map(part => tally(part.targets, 3))).toEqual([
      [35, 35, 35],
      [5, 5, 5],
      [10, 10, 10],
    ])
    expect(unwrap(await prepare(raw, choose({ validation: 0.1, test: 0.2 })))).toEqual(data)
    const other = unwrap(await prepare(raw, choose({ validation: 0.1, test: 0.2, seed: 2 })))
    expect(other.hash).not.toBe(data.hash)
    expect(other.test.inputs).not.toEqual(data.test.inputs)
  })

  it('loses no sample and uses none twice, whatever the classes, shares and limit', () => {
    const share = fc.double({ min: 0, max: 0.49, noNaN: true })
    const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(labels, share, share, fc.nat(30), fc.integer(), (list, validation, test, limit, seed) => {
        const full = unwrap(splitData(numbered(list), choose({ validation, test, seed })))
        const all = [...full.train, ...full.validation, ...full.test].sort((a, b) => a - b)
        expect(all).toEqual([...list.keys()])
        for (const label of new Set(list)) expect([...full.train].some(index => list[index] === label)).toBe(true)
        const capped = unwrap(splitData(numbered(list), choose({ validation, test, seed, limit })))
        expect(capped.train).toHaveLength(limit === 0 ? full.train.length : Math.min(limit, full.train.length))
        expect([...capped.train].every(index => full.train.includes(index))).toBe(true)
        expect([capped.validation, capped.test]).toEqual([full.validation, full.test])
      }),
    )
  })

  it("keeps a source's own test part, and then ignores the test share", async () => {
    const test = { inputs: Float32Array.of(70, 80), targets: Uint8Array.of(1, 0), count: 2 }
    const raw = numbered([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], { test })
    const data = unwrap(await prepare(raw, choose({ validation: 0.2, test: 0.9, normalise: 'none' })))
    expect([data.train.count, data.validation.count]).toEqual([8, 2])
    expect([...data.test.inputs]).toEqual([70, 80])
  })

  it.each<[string, Partial<DataChoice>, RegExp]>([
    ['shares that leave nothing', { validation: 0.5, test: 0.5 }, /50 % for validation and 50 % for testing leave nothing/],
    ['a negative share', { validation: -0.1 }, /validation share is -0\.1/],
    ['a share that is no number', { test: Number.NaN }, /test share is NaN/],
    ['a limit that is no whole number', { limit: 1.5 }, /limit of training samples is 1\.5/],
    ['a limit of one sample', { limit: 1 }, /Every training sample is of class/],
  ])('refuses %s', async (_, more, sentence) => {
    expect(refusal(await prepare(numbered([0, 1, 0, 1, 0, 1]), choose(more)))).toMatch(sentence)
  })

  it('refuses data of one class, of none, and labels without a class', async () => {
    expect(refusal(await prepare(numbered([1, 1, 1]), choose()))).toMatch(/of class “class 1”, so there is nothing to tell apart/)
    expect(refusal(await prepare(numbered([]), choose()))).toMatch(/holds no samples/)
    expect(refusal(await prepare(numbered([0, 2], { classes: ['a', 'b'] }), choose()))).toMatch(/Target 2 of the training data is 2/)
    const short = { inputs: new Float32Array(1), targets: new Uint8Array(2), count: 2 }
    expect(refusal(await prepare(numbered([0, 1], { train: short }), choose()))).toMatch(/announces 2 samples/)
  })
})

describe('normalising', () => {
  const statistics = (values: Float32Array, channels: number, c: number) => {
    const own = values.filter((_, i) => i % channels === c)
    const mean = own.reduce((a, b) => a + b, 0) / own.length
    return [mean, Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length)]
  }

  it('is fitted on the training part only: mean 0 and deviation 1 there, about so elsewhere', async () => {
    const data = unwrap(await prepare(await load('iris'), choose({ normalise: 'standard' })))
    for (let c = 0; c < 4; c++) {
      const [mean = 1, deviation = 0] = statistics(data.train.inputs, 4, c)
      expect(mean).toBeCloseTo(0, 5)
      expect(deviation).toBeCloseTo(1, 5)
      expect(Math.abs(statistics(data.test.inputs, 4, c)[0] ?? 1)).toBeGreaterThan(1e-6)
    }
  })

  it('by unit divides pictures by the largest possible value and brings columns of tables to 0–1', async () => {
    const digits = unwrap(await prepare(await load('digits'), choose({ normalise: 'unit' })))
    expect(digits.scaling).toEqual({ mean: [0], deviation: [16], scale: 16 })
    const iris = unwrap(await prepare(await load('iris'), choose({ normalise: 'unit' })))
    for (let c = 0; c < 4; c++) {
      const column = iris.train.inputs.filter((_, i) => i % 4 === c)
      expect([Math.min(...column), Math.max(...column)]).toEqual([0, 1])
    }
  })

  it('by none leaves the raw values', async () => {
    const data = unwrap(await prepare(numbered([0, 1, 0, 1]), choose({ normalise: 'none', validation: 0, test: 0 })))
    expect([...data.train.inputs]).toEqual([0, 1, 2, 3])
  })

  it('does not divide by the deviation of a constant column', async () => {
    const train = { inputs: new Float32Array(6).fill(7), targets: Uint8Array.of(0, 1, 0, 1, 0, 1), count: 6 }
    for (const normalise of ['unit', 'standard'] as const) {
      const data = unwrap(await prepare(numbered([0, 1], { train }), choose({ normalise })))
      expect(data.scaling).toEqual({ mean: [7], deviation: [1], scale: 100 })
      expect([...data.train.inputs].every(value => value === 0)).toBe(true)
    }
  })

  it('refuses NaN and infinite values with their place, in every part and kind', async () => {
    for (const normalise of ['none', 'unit', 'standard'] as const) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const raw = numbered([0, 1, 0, 1, 0, 1])
        raw.train.inputs[3] = bad
        expect(refusal(await prepare(raw, choose({ normalise, validation: 0, test: 0 })))).toBe(
          `Sample 4 of the training data has ${bad} in column “number”: every value must be a finite number.`,
        )
      }
    }
    const test = { inputs: Float32Array.of(1, Number.NaN), targets: Uint8Array.of(1, 0), count: 2 }
    expect(refusal(await prepare(numbered([0, 1, 0, 1], { test }), choose()))).toContain('Sample 2 of the test data has NaN')
  })

  it('keeps regression targets as they are', async () => {
    const train = { inputs: Float32Array.of(1, 2, 3, 4), targets: Float32Array.of(0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4), count: 4 }
    const data = unwrap(await prepare(numbered([0], { train, classes: [] }), choose({ validation: 0, test: 0.25 })))
    expect([data.train.targets.length, data.test.targets.length]).toEqual([6, 2])
    const [first = 0, second = 0] = data.test.targets
    expect(second - first).toBe(0.5)
  })
})
