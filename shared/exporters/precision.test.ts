import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dequantise, fromFloat16, quantise, toFloat16 } from './precision.ts'

const half = (value: number): number => toFloat16(new Float32Array([value]))[0] ?? 0

describe('half floats', () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [0.333251953125, 0x3555],
  ])('%d is written as IEEE 754 says', (value, bits) => expect(half(value)).toBe(bits))

  it('stay finite where float32 is larger than they reach', () => {
    expect([half(1e6), half(-3e38)]).toEqual([0x7bff, 0xfbff])
    expect(fromFloat16(new Uint16Array([0x7c00, 0xfc00, 0x7e00]))).toEqual(
      new Float32Array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]),
    )
  })

  it('come back as they were: every finite one', () => {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).filter(bits => ((bits >> 10) & 31) !== 31)
    expect(toFloat16(fromFloat16(all))).toEqual(all)
  })

  it('are never further away than half a step', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -60000, max: 60000 }), value => {
        const [back = Number.NaN] = fromFloat16(toFloat16(new Float32Array([value])))
        expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25))
      }),
    )
  })
})

describe('bytes', () => {
  it('give every channel a range of its own, along any axis', () => {
    const values = new Float32Array([0, -100, 1, 155, 0.5, 50])
    const last = quantise(values, 2)
    expect([...last.zeros]).toEqual([0, 100])
    expect(last.scales[0]).toBeCloseTo(1 / 255, 8)
    expect(last.scales[1]).toBe(1)
    const first = quantise(values, 3, 2)
    expect([...first.bytes]).toEqual([255, 0, 2, 255, 3, 255])
  })

  it('hold 0 exactly, and every other value within half a step', () => {
    const value = fc.float({ noNaN: true, min: -1000, max: 1000 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 6, maxLength: 24 }), fc.constantFrom(1, 2, 3), (list, channels) => {
        const values = Float32Array.from([...list.slice(0, list.length - (list.length % channels)), ...new Array(channels).fill(0)])
        const found = quantise(values, channels)
        dequantise(found).forEach((back, i) => {
          const step = found.scales[i % channels] ?? 0
          expect(Math.abs(back - (values[i] ?? 0))).toBeLessThanOrEqual(values[i] === 0 ? 0 : step * 1.001)
        })
      }),
    )
  })

  it('can be written for a channel of zeros', () => {
    const found = quantise(new Float32Array(4), 2)
    expect([...dequantise(found)]).toEqual([0, 0, 0, 0])
    expect(found.scales.every(s => s > 0 && Number.isFinite(s))).toBe(true)
  })
})
