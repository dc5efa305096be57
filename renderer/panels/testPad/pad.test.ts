import { describe, expect, it } from 'vitest'
import { limitsOf } from '../../../shared/data/prepare/limits.ts'
import { extend } from '../../../shared/picture/ink.ts'
import { rowsOf } from './Answers.tsx'

describe('the test pad', () => {
  it('adds points that are worth keeping and ignores trembling', () => {
    const stroke = extend([[0.5, 0.5]], [0.6, 0.5])
    expect(stroke).toHaveLength(2)
    expect(extend(stroke, [0.601, 0.5])).toBe(stroke)
  })

  it('keeps the pen on the pad', () => {
    expect(extend([[0.5, 0.5]], [1.4, -2])).toEqual([
      [0.5, 0.5],
      [1, 0],
    ])
  })

  it('lists few classes in their order and of many the likeliest first', () => {
    expect(rowsOf([0.1, 0.9])).toEqual([0, 1])
    const many = Array.from({ length: 100 }, (_, i) => (i === 42 ? 0.9 : i / 1000))
    expect(rowsOf(many).slice(0, 2)).toEqual([42, 99])
    expect(rowsOf(many)).toHaveLength(10)
  })

  it('gives a slider the reach that the samples have, however they were normalised', () => {
    const table = { kind: 'table', scaling: { mean: [1.2], deviation: [0.8], scale: 8 } } as unknown as Parameters<typeof limitsOf>[0]
    expect(limitsOf(table, 'standard', 0).map(v => Number(v.toFixed(3)))).toEqual([-0.8, 3.2])
    expect(limitsOf(table, 'unit', 0)).toEqual([1.2, 2])
    expect(limitsOf(table, 'none', 0)).toEqual([0, 8])
    expect(limitsOf({ ...table, kind: 'points' }, 'standard', 0)).toEqual([-8, 8])
  })
})
