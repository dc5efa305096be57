import { describe, expect, it } from 'vitest'
import { boxOf, extentOf } from './glyph.ts'

describe('the shape glyph', () => {
  it('gets lower and wider as a network narrows the image and adds channels', () => {
    const shapes = [
      [28, 28, 1],
      [24, 24, 20],
      [12, 12, 20],
      [8, 8, 50],
      [4, 4, 50],
    ] as const
    const boxes = shapes.map(boxOf)
    for (let i = 1; i < boxes.length; i++) {
      expect(boxes[i]?.height).toBeLessThan(boxes[i - 1]?.height ?? 0)
      expect(boxes[i]?.width).toBeGreaterThanOrEqual(boxes[i - 1]?.width ?? 0)
    }
  })

  it('draws a vector as a low bar', () => {
    const box = boxOf([800])
    expect(box.width).toBeGreaterThan(box.height * 2)
  })

  it('stays inside its 48×50 field for the largest tensors', () => {
    for (const shape of [[224, 224, 64], [640, 480, 3], [921_600], [16_777_216, 16_777_216, 65_536], [10], [100, 64]]) {
      const { width, height } = extentOf(boxOf(shape))
      expect(width).toBeLessThanOrEqual(50)
      expect(height).toBeLessThanOrEqual(48)
    }
  })
})
