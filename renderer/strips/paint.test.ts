import { describe, expect, it } from 'vitest'
import { rng } from '../../shared/rng.ts'
import { colorOf, grey, heat } from './colormaps.ts'
import { kernelPicture, matrixPicture, pictureCount } from './kernels.ts'
import { barcodeGrid, channelGrid, paintGrid, paintRgb, type Sheet } from './paint.ts'
import { heatRange, winnerOf } from './painter.ts'

const sheet = (width: number, height: number): Sheet => ({ pixels: new Uint32Array(width * height), width, height })
const UNIT = { low: 0, high: 1 }
const red = (s: Sheet): number[] => [...s.pixels].map(p => p & 255)

describe('painting values as pixels', () => {
  it('shows one channel of an image, each value as a sharp block', () => {
    // 2×2 pixels of 2 channels; channel 1 is 0 1 / 1 0.
    const values = [9, 0, 9, 1, 9, 1, 9, 0]
    const target = sheet(4, 4)
    paintGrid(target, { x: 0, y: 0, width: 4, height: 4 }, channelGrid(values, 2, 2, 2, 1), grey, UNIT)
    expect(red(target)).toEqual([0, 0, 255, 255, 0, 0, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0])
  })

  it('shows at every pixel of any box the value that lies there', () => {
    const random = rng(5)
    for (let round = 0; round < 200; round++) {
      const [rows, columns, channels] = [1 + random.int(9), 1 + random.int(9), 1 + random.int(3)]
      const values = Float32Array.from({ length: rows * columns * channels }, () => random.normal())
      const box = { x: random.int(3), y: random.int(3), width: 1 + random.int(12), height: 1 + random.int(12) }
      const target = sheet(18, 18)
      const channel = random.int(channels)
      paintGrid(target, box, channelGrid(values, rows, columns, channels, channel), heat, UNIT)
      const wanted = sheet(18, 18)
      for (let y = 0; y < box.height; y++) {
        for (let x = 0; x < box.width; x++) {
          const [row, column] = [Math.floor((y * rows) / box.height), Math.floor((x * columns) / box.width)]
          const value = values[(row * columns + column) * channels + channel] ?? 0
          wanted.pixels[(box.y + y) * 18 + box.x + x] = colorOf(heat, UNIT, value)
        }
      }
      expect(target.pixels).toEqual(wanted.pixels)
    }
  })

  it('paints into its box only', () => {
    const target = sheet(3, 1)
    paintGrid(target, { x: 1, y: 0, width: 1, height: 1 }, channelGrid([1], 1, 1, 1, 0), grey, UNIT)
    expect([...target.pixels]).toEqual([0, grey[255], 0])
  })

  it('keeps the three colours of an RGB image apart', () => {
    const target = sheet(1, 1)
    paintRgb(target, { x: 0, y: 0, width: 1, height: 1 }, [1, 0, 0.5], 1, 1, UNIT)
    expect(target.pixels[0]).toBe(0xff8000ff)
  })

  it('folds a long vector into a barcode and shows the largest value of each merged block', () => {
    expect(barcodeGrid([1, 2, 3, 4], 2)).toMatchObject({ rows: 2, columns: 2, rowStride: 2 })
    const merged = barcodeGrid([0, 5, 1, 1, 2, 0, 0, 9], 2)
    expect([...(merged.values as Float32Array)]).toEqual([5, 1, 2, 9])
  })

  it('cuts a convolution kernel into one picture per filter and input channel', () => {
    // [height 1, width 2, in 2, out 2]
    const weight = { name: 'c/kernel', shape: [1, 2, 2, 2], values: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7]) }
    expect(pictureCount(weight)).toBe(4)
    const shown = [0, 1, 2, 3].map(i => {
      const { values, offset, columnStride } = kernelPicture(weight, i)
      return [values[offset], values[offset + columnStride]]
    })
    expect(shown).toEqual([
      [0, 4],
      [2, 6],
      [1, 5],
      [3, 7],
    ])
  })

  it('turns a dense kernel so that a row is a unit', () => {
    const weight = { name: 'd/kernel', shape: [3, 2], values: Float32Array.from([0, 10, 1, 11, 2, 12]) }
    const { rows, columns, values, offset, rowStride, columnStride } = matrixPicture(weight)
    const at = (r: number, c: number): number | undefined => values[offset + r * rowStride + c * columnStride]
    expect([rows, columns]).toEqual([2, 3])
    expect([at(1, 0), at(1, 1), at(1, 2)]).toEqual([10, 11, 12])
  })

  it('does not let one outlier darken a whole layer', () => {
    const histogram = [900, 98, 0, 0, 0, 0, 0, 0, 0, 2]
    expect(heatRange({ min: 0, max: 10, histogram })).toEqual({ low: 0, high: 2 })
    expect(heatRange({ min: -1, max: 1, histogram: [1, 1] })).toEqual({ low: -1, high: 1 })
  })

  it('names the first of the largest outputs as the winner', () => {
    expect(winnerOf([0.1, 0.7, 0.2])).toBe(1)
    expect(winnerOf([])).toBe(-1)
  })
})
