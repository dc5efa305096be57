import { describe, expect, it } from 'vitest'
import { mapRange, mapStats, mapsOf, tileOf } from './maps.ts'

const layer = {
  node: 'conv',
  shape: [1, 2, 2],
  values: Float32Array.from([1, -5, 3, 0]),
  channels: 2,
  stats: { min: -5, max: 3, mean: 0, dead: 0, histogram: [] },
}

describe('feature maps', () => {
  it('reads images, sequences and vectors as maps', () => {
    expect(mapsOf([24, 24, 20])).toEqual([24, 24, 20])
    expect(mapsOf([50, 8])).toEqual([1, 50, 8])
    expect(mapsOf([256])).toEqual([1, 1, 256])
  })

  it('gives each channel its own limits, mean and histogram', () => {
    expect(mapRange(layer, 0)).toEqual({ low: 1, high: 3 })
    const stats = mapStats(layer, 1)
    expect(stats).toMatchObject({ min: -5, max: 0, mean: -2.5 })
    expect(stats.histogram.reduce((a, b) => a + b, 0)).toBe(2)
  })

  it('keeps the proportions of a map', () => {
    expect(tileOf([10, 20, 3], 60)).toEqual({ width: 60, height: 30 })
    expect(tileOf([256], 56).width).toBeGreaterThanOrEqual(8)
  })
})
