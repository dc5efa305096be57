import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Result, unwrap } from '../../result.ts'
import { idxFile, sameBytes } from '../data.testkit.ts'
import { gunzip } from './gzip.ts'
import { decodeIdxImages, decodeIdxLabels } from './idx.ts'
import { decodeTable } from './table.ts'

const refusal = (result: Result<unknown>): string => {
  if (result.ok) throw new Error('It was read.')
  expect(result.issues).toHaveLength(1)
  expect(result.issues[0].message).toMatch(/^[A-Z“a-z].*\.$/)
  return result.issues[0].message
}
const text = (value: string) => new TextEncoder().encode(value)
const gz = (bytes: Uint8Array, level = 6) => new Uint8Array(gzipSync(bytes, { level }))

describe('gzip', () => {
  const plain = text('Netloom '.repeat(5_000))

  it('unpacks what Node packed, at any level', () => {
    for (const level of [0, 1, 9]) expect(sameBytes(unwrap(gunzip(gz(plain, level), 'a.gz')), plain)).toBe(true)
    expect(unwrap(gunzip(gz(new Uint8Array(0)), 'a.gz'))).toHaveLength(0)
  })

  it('reads past the optional parts of its header', () => {
    const packed = gz(plain)
    const extras = [
      packed.subarray(0, 3),
      [4 + 8 + 16 + 2],
      packed.subarray(4, 10),
      [3, 0, 1, 2, 3],
      text('name\0'),
      text('comment\0'),
      [0, 0],
      packed.subarray(10),
    ]
    expect(sameBytes(unwrap(gunzip(Uint8Array.from(extras.flatMap(part => [...part])), 'a.gz')), plain)).toBe(true)
  })

  it('cut short anywhere is refused', () => {
    const packed = gz(text('some text that is not so long'))
    for (let length = 0; length < packed.length; length++) refusal(gunzip(packed.subarray(0, length), 'a.gz'))
  })

  it('with any bit flipped past its header is refused, or unpacks to the same', () => {
    const packed = gz(plain)
    fc.assert(
      fc.property(fc.integer({ min: 10 * 8, max: packed.length * 8 - 1 }), bit => {
        const bytes = packed.slice()
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const read = gunzip(bytes, 'a.gz')
        // Only the bits that fill up the last packed byte mean nothing.
        if (read.ok) expect(sameBytes(read.value, plain)).toBe(true)
        else refusal(read)
      }),
      { numRuns: 300 },
    )
  })

  it('that unpacks to more than it says, or than is allowed, is stopped', () => {
    const bomb = gz(new Uint8Array(30_000_000))
    expect(refusal(gunzip(bomb, 'bomb.gz', 1_000_000))).toBe('bomb.gz unpacks to 30000000 bytes; at most 1000000 are allowed.')
    const liar = bomb.slice()
    new DataView(liar.buffer).setUint32(liar.length - 4, 1000, true)
    expect(refusal(gunzip(liar, 'bomb.gz'))).toContain('more than the 1000 bytes')
    new DataView(liar.buffer).setUint32(liar.length - 4, 500_000_000, true)
    expect(refusal(gunzip(liar, 'bomb.gz'))).toContain('can ever hold')
    expect(refusal(gunzip(text('plain text, long enough'), 'a.gz'))).toContain('1f 8b')
  })
})

describe('IDX', () => {
  const images = idxFile([2, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255])

  it('gives images and labels, gzipped or not', () => {
    for (const bytes of [images, gz(images)]) {
      expect(unwrap(decodeIdxImages(bytes, 'i'))).toMatchObject({ count: 2, height: 2, width: 3, pixels: images.subarray(16) })
    }
    expect([...unwrap(decodeIdxLabels(gz(idxFile([3], [0, 9, 4])), 'l'))]).toEqual([0, 9, 4])
  })

  it('cut short or too long anywhere is refused', () => {
    for (let length = 0; length < images.length; length++) refusal(decodeIdxImages(images.subarray(0, length), 'i'))
    refusal(decodeIdxImages(Uint8Array.from([...images, 0]), 'i'))
  })

  it.each<[string, Result<unknown>, string]>([
    ['nothing', decodeIdxImages(new Uint8Array(0), 'i'), 'i is empty.'],
    [
      'labels for images',
      decodeIdxImages(idxFile([4], [0, 1, 2, 3]), 'i'),
      'i is not an IDX file of images: it starts with 0x00000801, and 0x00000803 was expected. It holds 1 dimensions instead of 3.',
    ],
    [
      'floats',
      decodeIdxImages(idxFile([1, 1, 1], [0, 0, 0, 0], 13), 'i'),
      'i is not an IDX file of images: it starts with 0x00000d03, and 0x00000803 was expected.',
    ],
    ['no images', decodeIdxImages(idxFile([0, 28, 28], []), 'i'), 'i holds no images: it announces 0×28×28.'],
    [
      'too few bytes',
      decodeIdxImages(idxFile([2, 2, 2], [1, 2, 3]), 'i'),
      'i announces 2×2×2 images (8 bytes), but 3 bytes follow its header.',
    ],
    [
      'sizes beyond memory',
      decodeIdxImages(idxFile([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]), 'i'),
      'i announces 4294967295×4294967295×4294967295 images (7.9228162458924105e+28 bytes), but 1 bytes follow its header.',
    ],
    [
      'huge images',
      decodeIdxImages(idxFile([1, 1, 5000], new Uint8Array(5000)), 'i'),
      'i holds images of 1×5000 pixels; at most 4096×4096 are read.',
    ],
    ['a label too large', decodeIdxLabels(idxFile([3], [0, 9, 10]), 'l', 10), 'Label 3 of l is 10, but labels go from 0 to 9.'],
  ])('of %s says so', (_, result, sentence) => {
    expect(refusal(result)).toBe(sentence)
  })
})

describe('a table', () => {
  const read = (value: string | Uint8Array, header = true) =>
    decodeTable(typeof value === 'string' ? text(value) : value, 't.csv', { header })

  it('is read with any line ends, a byte order mark, spaces and exponents', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const table = unwrap(read(`\uFEFF2,2,cat,dog${end}1.5, -2,0${end}.5,1e-3,1${end}${end}`))
      expect(table).toMatchObject({ rows: 2, columns: 2, classes: ['cat', 'dog'] })
      expect([...table.values]).toEqual([1.5, -2, 0.5, Math.fround(0.001)])
      expect([...table.labels]).toEqual([0, 1])
    }
  })

  it('without a first line names its classes by number', () => {
    expect(unwrap(read('1,2,0\n3,4,2', false))).toMatchObject({ rows: 2, classes: ['0', '1', '2'] })
  })

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 't.csv is empty.'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x31, 0]), 't.csv is not UTF-8 text: save it as comma-separated UTF-8 and try again.'],
    ['NUL bytes', '1,1,a\n1\0,0', 't.csv is not UTF-8 text: save it as comma-separated UTF-8 and try again.'],
    ['a wrong first line', 'a,b,c\n1,2,0', 'Line 1 of t.csv should read “rows,columns,class,…”, but it reads “a,b,c”.'],
    ['fewer rows than announced', '3,1,a\n1,0\n2,0', 'Line 1 of t.csv announces 3 rows, but 2 follow.'],
    ['a ragged row', '2,2,a\n1,2,0\n1,0', 'Line 3 of t.csv has 2 cells, but 3 were expected.'],
    ['an empty line in the middle', '2,1,a\n\n1,0', 'Line 2 of t.csv has 1 cells, but 2 were expected.'],
    ['NaN', '1,2,a\n1,NaN,0', 'Line 2, column 2 of t.csv reads “NaN”, but a finite number was expected.'],
    ['infinity', '1,1,a\nInfinity,0', 'Line 2, column 1 of t.csv reads “Infinity”, but a finite number was expected.'],
    ['a number beyond float32', '1,1,a\n1e39,0', 'Line 2, column 1 of t.csv reads “1e39”, but a finite number was expected.'],
    ['an empty cell', '1,1,a\n,0', 'Line 2, column 1 of t.csv reads “”, but a finite number was expected.'],
    ['a hexadecimal cell', '1,1,a\n0x10,0', 'Line 2, column 1 of t.csv reads “0x10”, but a finite number was expected.'],
    ['a class too large', '1,1,a,b\n1,2', 'Line 2 of t.csv has class 2, but classes are whole numbers from 0 to 1.'],
    ['a class that is a fraction', '1,1,a,b\n1,0.5', 'Line 2 of t.csv has class 0.5, but classes are whole numbers from 0 to 1.'],
  ])('with %s says so and where', (_, value, sentence) => {
    expect(refusal(read(value))).toBe(sentence)
  })

  it('of anything at all never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: fc.constantFrom(...'0123456789,.\n\r-e') }).map(text)),
        fc.boolean(),
        (bytes, header) => {
          const result = read(bytes, header)
          if (!result.ok) refusal(result)
        },
      ),
    )
  })
})
