import { describe, expect, it } from 'vitest'
import { unwrap } from '../../result.ts'
import { choose, hasMnist, load, mnistFiles } from '../data.testkit.ts'
import { prepare } from '../prepare.ts'
import type { PreparedData } from '../prepared.ts'
import { prepareDrawing } from './drawing.ts'

const SIZE = 280
const IDENTITY = { mean: [0], deviation: [1], scale: 1 }

/** Draws round pen strokes as the test pad does. */
const ink = (strokes: readonly (readonly [number, number])[][], pen = 11): Float32Array => {
  const out = new Float32Array(SIZE * SIZE)
  for (const stroke of strokes) {
    for (const [i, to] of stroke.entries()) {
      const from = stroke[i - 1] ?? to
      for (let t = 0; t <= 1; t += 0.01) {
        const [cx, cy] = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]
        for (let y = Math.floor(cy - pen); y <= cy + pen; y++) {
          for (let x = Math.floor(cx - pen); x <= cx + pen; x++) if (Math.hypot(x - cx, y - cy) <= pen) out[y * SIZE + x] = 1
        }
      }
    }
  }
  return out
}

const seven = (dx = 0, dy = 0, grow = 1) => [
  [
    [30, 40],
    [120, 40],
    [70, 180],
  ].map(([x = 0, y = 0]) => [x * grow + dx, y * grow + dy] as const),
]
const ring = [
  Array.from({ length: 41 }, (_, i) => [140 + 50 * Math.cos((i * Math.PI) / 20), 140 + 80 * Math.sin((i * Math.PI) / 20)] as const),
]

const describeInk = (values: Float32Array, height: number, width: number) => {
  let [mass, across, down, left, right, top, bottom] = [0, 0, 0, width, 0, height, 0]
  values.forEach((value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    mass += value
    across += value * (x + 0.5)
    down += value * (y + 0.5)
    if (value < 0.05) return
    left = Math.min(left, x)
    right = Math.max(right, x + 1)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y + 1)
  })
  return { mass, across: across / mass, down: down / mass, wide: right - left, tall: bottom - top }
}

/** The commonest class among the nearest 15 training pictures. */
const nearestClass = (data: PreparedData, drawn: Float32Array): number => {
  const size = drawn.length
  const near = Array.from({ length: data.train.count }, (_, n) => {
    let distance = 0
    for (let i = 0; i < size; i++) distance += ((data.train.inputs[n * size + i] ?? 0) - (drawn[i] ?? 0)) ** 2
    return [distance, data.train.targets[n] ?? -1] as const
  }).sort((a, b) => a[0] - b[0])
  const votes = data.classes.map((_, c) => near.slice(0, 15).filter(([, target]) => target === c).length)
  return votes.indexOf(Math.max(...votes))
}

describe('a drawing from the test pad', () => {
  it('fills 20 of 28 pixels with its mass in the middle, wherever and however large it was drawn', () => {
    const target = { shape: [28, 28, 1], scaling: IDENTITY }
    const first = prepareDrawing(ink(seven()), SIZE, target)
    const { across, down, tall } = describeInk(first, 28, 28)
    expect(across).toBeCloseTo(14, 0)
    expect(down).toBeCloseTo(14, 0)
    expect(tall).toBeGreaterThanOrEqual(20)
    expect(tall).toBeLessThanOrEqual(21)
    const moved = prepareDrawing(ink(seven(110, 70)), SIZE, target)
    moved.forEach((value, i) => {
      expect(value).toBeCloseTo(first[i] ?? -1, 5)
    })
    const larger = prepareDrawing(ink(seven(0, 0, 1.3), 14.3), SIZE, target)
    expect(Math.sqrt(larger.reduce((sum, value, i) => sum + (value - (first[i] ?? 0)) ** 2, 0) / 784)).toBeLessThan(0.06)
  })

  it('that is empty is zeros before normalising, and faint dirt counts as empty', () => {
    const scaling = { mean: [33], deviation: [79], scale: 255 }
    for (const pixels of [new Float32Array(SIZE * SIZE), new Float32Array(SIZE * SIZE).fill(0.04)]) {
      const values = prepareDrawing(pixels, SIZE, { shape: [28, 28, 1], scaling })
      expect(new Set(values)).toEqual(new Set([Math.fround(-33 / 79)]))
    }
  })

  it('may be a single dot, or fill the canvas', () => {
    const dot = new Float32Array(SIZE * SIZE)
    dot[5 * SIZE + 7] = 1
    for (const pixels of [dot, new Float32Array(SIZE * SIZE).fill(1)]) {
      const values = prepareDrawing(pixels, SIZE, { shape: [28, 28, 1], scaling: IDENTITY })
      const { mass, across, down } = describeInk(values, 28, 28)
      expect(mass).toBeCloseTo(400, 0)
      expect([across, down]).toEqual([expect.closeTo(14, 3), expect.closeTo(14, 3)])
    }
  })

  it('fits any picture: every channel alike, oblong ones too', () => {
    const colour = { mean: [0, 10, 0], deviation: [1, 1, 2], scale: 255 }
    const values = prepareDrawing(ink(ring), SIZE, { shape: [24, 40, 3], scaling: colour })
    expect(values).toHaveLength(24 * 40 * 3)
    for (let i = 0; i < values.length; i += 3) {
      expect(values[i + 1]).toBeCloseTo((values[i] ?? 0) - 10, 3)
      expect(values[i + 2]).toBeCloseTo((values[i] ?? 0) / 2, 3)
    }
    const { across, down } = describeInk(
      values.filter((_, i) => i % 3 === 0),
      24,
      40,
    )
    expect([across, down]).toEqual([expect.closeTo(20, 1), expect.closeTo(12, 1)])
  })

  const sources: [string, number][] = [['digits', 8], ['digits28', 11], ...(hasMnist ? ([['idx:mnist', 11]] as [string, number][]) : [])]
  it.each(sources)('resembles the data of %s: as much ink, as much contrast, and its neighbours are of its class', async (source, pen) => {
    const data = unwrap(await prepare(await load(source, mnistFiles()), choose({ source, normalise: 'standard', limit: 3000 })))
    for (const [wanted, strokes] of [
      [7, seven(40, 30)],
      [0, ring],
    ] as const) {
      const drawn = prepareDrawing(ink([...strokes], source === 'digits' ? 16 : pen), SIZE, data)
      const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length
      const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length)
      expect(Math.abs(mean)).toBeLessThan(0.35)
      expect(Math.abs(deviation - 1)).toBeLessThan(0.3)
      expect(nearestClass(data, drawn)).toBe(wanted)
    }
  })
})
