import { describe, expect, it } from 'vitest'
import { accuracyTicks, align, epochTicks, evenTicks, lossLimits, lossTicks, quantile, tickText } from './align.ts'

const same = (v: number): number => v

describe('the curves', () => {
  it('puts training and validation on one axis, each step once', () => {
    const train = { step: [1, 2, 4], value: [5, 4, 3] }
    const validation = { step: [2, 5], value: [40, 30] }
    expect(align(train, validation, same)).toEqual([
      [1, 2, 4, 5],
      [5, 4, 3, null],
      [null, 40, null, 30],
    ])
  })

  it('takes an empty line, and reshapes values for a logarithmic axis', () => {
    expect(align({ step: [1], value: [100] }, { step: [], value: [] }, Math.log10)).toEqual([[1], [2], [null]])
  })

  it('begins an accuracy axis at a round number below the line and ends it at 1', () => {
    expect(accuracyTicks(0.1)).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(accuracyTicks(0.9).map(t => Math.round(t * 100))).toEqual([85, 90, 95, 100])
    expect(accuracyTicks(0.985).map(t => Math.round(t * 100))).toEqual([97, 98, 99, 100])
  })

  it('ignores gaps when it looks for the low end', () => {
    expect(quantile([null, 3, 1, Number.NaN, 2, undefined], 0)).toBe(1)
    expect(quantile([], 0.1)).toBe(0)
  })

  it('marks whole epochs, fewer of them in a long run', () => {
    expect(epochTicks(20, 60, 6)).toEqual([0, 20, 40, 60])
    expect(epochTicks(10, 1000, 6)).toEqual([0, 200, 400, 600, 800, 1000])
    expect(epochTicks(0, 5, 6)).toEqual([0])
  })

  it('leaves a loss line room, but never goes below a loss of zero', () => {
    const [low, high] = lossLimits(0.01, 1, false)
    expect(low).toBe(0)
    expect(high).toBeGreaterThan(1)
    expect(lossLimits(-2, 0, true)[0]).toBeLessThan(-2)
  })

  it.each([
    [0, 1.06, false, ['0', '0.5', '1']],
    [0, 2.6, false, ['0', '1', '2']],
    [0.0123, 0.0127, false, ['0.0123', '0.0124', '0.0125', '0.0126', '0.0127']],
    [1.2, 1.31, false, ['1.2', '1.25', '1.3']],
    [-5.2, 0.8, true, ['1e-5', '1e-3', '0.1']],
    [-2.3, 0.9, true, ['0.01', '0.1', '1']],
    [-0.6, 0.5, true, ['0.5', '1', '2']],
    [-1.9, 0.96, true, ['0.03', '0.1', '0.3', '1', '3']],
    [-0.52, -0.48, true, ['0.31', '0.32', '0.33']],
    [228, 1572, false, ['500', '1000', '1500']],
    [140000, 260000, false, ['1.5e+5', '2e+5', '2.5e+5']],
    [0.005, 0.95, false, ['0.2', '0.4', '0.6', '0.8']],
    [340, 460, false, ['350', '400', '450']],
    [0.0041, 0.0052, false, ['4.2e-3', '4.4e-3', '4.6e-3', '4.8e-3', '5e-3', '5.2e-3']],
  ] as const)('grid lines of a loss from %d to %d lie at round numbers, logarithms: %s', (low, high, log, wanted) => {
    const ticks = lossTicks(low, high, log)
    expect(ticks.map(v => tickText(log ? 10 ** v : v))).toEqual(wanted)
    expect(ticks.every(v => v >= low - 1e-9 && v <= high + 1e-9)).toBe(true)
  })

  it('writes ticks short', () => {
    expect([0.0412, 1.234, 0, 0.0004].map(tickText)).toEqual(['0.0412', '1.23', '0', '4e-4'])
    expect(evenTicks(0, 3, 4)).toEqual([0, 1, 2, 3])
  })
})
