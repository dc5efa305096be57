import { describe, expect, it } from 'vitest'
import { DEFAULT_DATA } from '../../graph/document.ts'
import { unwrap } from '../../result.ts'
import type { RawData } from '../define.ts'
import { prepare } from '../prepare.ts'
import { fitPictures } from './fit.ts'

/** Two grey pictures of 2×2 bytes, and one to test on. */
const raw = (channels = 1): RawData => ({
  ...{ shape: [2, 2, channels], kind: 'image', classes: ['a', 'b'], features: [], scale: 255 },
  train: { inputs: Uint8Array.from({ length: 8 * channels }, (_, i) => 10 * (i + 1)), targets: Uint8Array.of(0, 1), count: 2 },
  test: { inputs: Uint8Array.from({ length: 4 * channels }, () => 200), targets: Uint8Array.of(1), count: 1 },
})

describe('pictures of another size', () => {
  it('get a border of background and their grey in every channel', () => {
    const { shape, train, test } = unwrap(fitPictures(raw(), 'pad', [4, 3, 3]))
    expect(shape).toEqual([4, 3, 3])
    const grey = [...train.inputs].filter((_, i) => i % 3 === 2)
    expect(grey.slice(0, 12)).toEqual([0, 0, 0, 10, 20, 0, 30, 40, 0, 0, 0, 0])
    expect([...train.inputs].every((v, i) => v === train.inputs[i - (i % 3)])).toBe(true)
    expect(test?.inputs).toHaveLength(36)
  })

  it('lose their edges when the input is smaller, and colours become grey', () => {
    const { train } = unwrap(fitPictures(raw(3), 'pad', [1, 2, 1]))
    const grey = (r: number, g: number, b: number) => Math.round(0.299 * r + 0.587 * g + 0.114 * b)
    expect([...train.inputs.slice(0, 2)]).toEqual([grey(10, 20, 30), grey(40, 50, 60)])
  })

  it('are scaled when that is wanted', () => {
    expect([...unwrap(fitPictures(raw(), 'resize', [1, 1, 1])).train.inputs]).toEqual([25, 65])
  })

  it('stay as they are by default, of the wanted shape, or where the wish is unknown', () => {
    const data = raw()
    for (const [fit, wanted] of [
      ['exact', [4, 4, 1]],
      ['pad', [2, 2, 1]],
      ['pad', null],
      ['pad', [7]],
    ] as const)
      expect(unwrap(fitPictures(data, fit, wanted))).toBe(data)
    const table: RawData = { ...data, kind: 'table', shape: [4] }
    expect(unwrap(fitPictures(table, 'pad', [4, 4, 1]))).toBe(table)
  })

  it('are refused when their channels cannot become those of the input', () => {
    const refused = fitPictures(raw(2), 'pad', [4, 4, 3])
    expect(refused.ok ? '' : refused.issues[0].message).toContain('2 channels cannot become 3')
  })

  it('are fitted only as far as they are used, and refused in a sentence where they would not fit into memory', async () => {
    const count = 60_000
    const many: RawData = {
      ...{ shape: [2, 2, 1], kind: 'image', classes: ['a', 'b'], features: [], scale: 255 },
      train: {
        inputs: Uint8Array.from({ length: 4 * count }, (_, i) => i % 251),
        targets: Uint8Array.from({ length: count }, (_, i) => i % 2),
        count,
      },
    }
    const choice = { ...DEFAULT_DATA, fit: 'resize', validation: 0.001, test: 0.001 } as const
    const refused = await prepare(many, choice, [224, 224, 3])
    expect(refused.ok ? '' : refused.issues[0].message).toBe(
      "60000 pictures of 224×224×3 would take 36.1 GB, and at most 2.1 GB can be kept: use fewer samples, or make the network's input smaller.",
    )
    const few = unwrap(await prepare(many, { ...choice, limit: 10 }, [224, 224, 3]))
    const small = unwrap(await prepare(many, { ...choice, limit: 10 }, null))
    for (const part of ['train', 'validation', 'test'] as const) {
      expect([few[part].count, [...few[part].targets]]).toEqual([small[part].count, [...small[part].targets]])
      expect(few[part].inputs[0]).toBe(small[part].inputs[0])
    }
    expect([few.train.count, few.validation.count, few.test.count]).toEqual([10, 60, 60])
  })

  it('are fitted before they are normalised, and another shape is another hash', async () => {
    const choice = { ...DEFAULT_DATA, fit: 'pad', validation: 0 } as const
    const large = unwrap(await prepare(raw(), choice, [4, 4, 1]))
    const small = unwrap(await prepare(raw(), choice, null))
    expect(large.shape).toEqual([4, 4, 1])
    expect(large.train.inputs[5]).toBeCloseTo(10 / 255, 6)
    expect(large.test.inputs).toHaveLength(16)
    expect(large.hash).not.toBe(small.hash)
  })
})
