import { describe, expect, it } from 'vitest'
import { aroundZero, colorOf, grey, heat, mixStops, pixelOf, rangeOf, signed } from './colormaps.ts'

const channels = (pixel: number): [number, number, number] => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]
const lightness = (pixel: number): number => {
  const [r, g, b] = channels(pixel)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

describe('colour maps', () => {
  it('packs a colour opaque, red in the lowest byte, as the memory of an image wants it', () => {
    expect(pixelOf([1, 2, 3])).toBe(0xff030201)
  })

  it('mixes halfway between two stops and keeps to the ends outside 0–1', () => {
    expect(
      mixStops(
        [
          [0, 0, 0],
          [100, 200, 50],
        ],
        0.5,
      ),
    ).toEqual([50, 100, 25])
    expect(
      mixStops(
        [
          [0, 0, 0],
          [100, 200, 50],
        ],
        7,
      ),
    ).toEqual([100, 200, 50])
    expect(
      mixStops(
        [
          [9, 9, 9],
          [100, 200, 50],
        ],
        -1,
      ),
    ).toEqual([9, 9, 9])
  })

  it('gets lighter all the way from low to high activation', () => {
    for (let i = 1; i < 256; i++) expect(lightness(heat[i] ?? 0)).toBeGreaterThanOrEqual(lightness(heat[i - 1] ?? 0))
    expect(lightness(heat[255] ?? 0) - lightness(heat[0] ?? 0)).toBeGreaterThan(180)
  })

  it.each(['dark', 'light'] as const)('shows zero as the neutral on the %s theme, below it blue, above it orange', theme => {
    const map = signed(theme)
    const range = aroundZero({ low: -0.2, high: 0.8 })
    const [r, g, b] = channels(colorOf(map, range, 0))
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(20)
    const negative = channels(colorOf(map, range, -0.8))
    const positive = channels(colorOf(map, range, 0.8))
    expect(negative[2]).toBeGreaterThan(negative[0])
    expect(positive[0]).toBeGreaterThan(positive[2])
  })

  it('centres a range on zero whichever side reaches further', () => {
    expect(aroundZero({ low: -3, high: 1 })).toEqual({ low: -3, high: 3 })
    expect(aroundZero({ low: 0.5, high: 2 })).toEqual({ low: -2, high: 2 })
  })

  it('finds the limits of one channel among several and skips what is no number', () => {
    expect(rangeOf([5, -1, 7, -2, Number.NaN, -9], 0, 6, 2)).toEqual({ low: 5, high: 7 })
    expect(rangeOf([])).toEqual({ low: 0, high: 0 })
  })

  it('shows a layer that is zero everywhere as its lowest colour', () => {
    expect(colorOf(grey, { low: 0, high: 0 }, 0)).toBe(grey[0])
  })
})
