import { describe, expect, it } from 'vitest'
import { bestOf, type Contender, median, quantile, rateOf, ratioOf, runRounds } from './rounds.ts'

describe('medians and percentiles', () => {
  it('take the middle, and leave out what was not measured', () => {
    expect(median([5, 1, 9])).toBe(5)
    expect(median([4, 1, 2, 9])).toBe(3)
    expect(median([Number.NaN, 7])).toBe(7)
    expect(median([])).toBeNaN()
  })

  it('take the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([quantile(values, 0.5), quantile(values, 0.95), quantile(values, 1), quantile([3], 0.95)]).toEqual([50, 95, 100, 3])
    expect(quantile([], 0.95)).toBeNaN()
  })
})

describe('rounds', () => {
  it('interleave, so that a slow phase of the machine meets all contenders', async () => {
    const order: string[] = []
    const contender = (name: string): Contender => ({
      name,
      round: async () => {
        order.push(name)
        return { only: order.length }
      },
      close: () => undefined,
    })
    const results = await runRounds([contender('a'), contender('b')], { rounds: 3, seconds: 1, stopped: () => order.length >= 4 })
    expect(order).toEqual(['a', 'b', 'a', 'b'])
    expect(results).toEqual([
      [{ only: 1 }, { only: 3 }],
      [{ only: 2 }, { only: 4 }],
    ])
  })

  it('count the configuration with the best median, not the luckiest round', () => {
    const best = bestOf([
      { one: 10, two: 1 },
      { one: 11, two: 90 },
      { one: 12, two: 2 },
    ])
    expect(best).toEqual({ configuration: 'one', rate: 11, rounds: [10, 11, 12] })
    expect(bestOf([])).toEqual({ configuration: '', rate: 0, rounds: [] })
  })

  it('give the median of the ratios within a round, which a slow machine leaves alone', () => {
    const own = bestOf([{ a: 100 }, { a: 10 }, { a: 100 }])
    const peer = bestOf([{ b: 50 }, { b: 5 }, { b: 40 }])
    expect(ratioOf(own, peer)).toBe(2)
  })

  it('a rate counts the steps after the one that warmed up', async () => {
    let steps = 0
    const rate = await rateOf(10, 0.02, async () => {
      steps += 1
      await new Promise(resolve => setTimeout(resolve, 5))
    })
    expect(steps).toBeGreaterThan(2)
    expect(rate).toBeLessThan(10 / 0.005)
    expect(rate).toBeGreaterThan(0)
  })
})
