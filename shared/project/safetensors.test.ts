import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unwrap } from '../result.ts'
import { bits, oddWeights } from './project.testkit.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

const withHeader = (header: unknown, data = 0): Uint8Array => {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const out = new Uint8Array(8 + text.length + data)
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true)
  out.set(text, 8)
  return out
}
const tensor = (more: Record<string, unknown> = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...more })
const refusal = (bytes: Uint8Array): string => {
  const result = decodeSafetensors(bytes)
  if (result.ok) throw new Error('It was read.')
  return result.issues[0].message
}

describe('weights in the safetensors layout', () => {
  it('keep names, shapes and every bit, whatever the offset of the file in its buffer', () => {
    const bytes = encodeSafetensors(oddWeights())
    const moved = new Uint8Array(bytes.length + 3)
    moved.set(bytes, 3)
    const read = unwrap(decodeSafetensors(moved.subarray(3)))
    expect(read.map(w => [w.name, w.shape, bits(w.values)])).toEqual(oddWeights().map(w => [w.name, w.shape, bits(w.values)]))
  })

  it('start at a multiple of eight, so that other readers can map them', () => {
    const bytes = encodeSafetensors(oddWeights())
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
  })

  it('hold for any tensors', () => {
    const any = fc.uniqueArray(
      fc.record({ name: fc.string({ minLength: 1, maxLength: 20 }), values: fc.float32Array({ maxLength: 20 }) }),
      { selector: w => w.name, maxLength: 8 },
    )
    fc.assert(
      fc.property(any, list => {
        const safe = list.filter(({ name }) => !['__proto__', 'constructor', 'prototype', '__metadata__'].includes(name))
        const read = unwrap(decodeSafetensors(encodeSafetensors(safe.map(w => ({ ...w, shape: [w.values.length] })))))
        // Names that look like whole numbers come first, as in every JavaScript object.
        const byName = new Map(read.map(w => [w.name, bits(w.values)]))
        expect(byName).toEqual(new Map(safe.map(w => [w.name, bits(w.values)])))
      }),
    )
  })

  it('of other writers may carry metadata and come in any order', () => {
    const read = unwrap(
      decodeSafetensors(withHeader({ b: tensor({ data_offsets: [8, 16] }), a: tensor(), __metadata__: { made: 'elsewhere' } }, 16)),
    )
    expect(read.map(({ name }) => name)).toEqual(['b', 'a'])
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['too few bytes', new Uint8Array(7), /cut short/],
    ['a header longer than the file', new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0]), /does not fit/],
    ['a header of 2^63 bytes', new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0x80]), /does not fit/],
    ['a header that is no JSON', withHeader('{nope'), /not JSON/],
    ['a header that is a list', withHeader([]), /not a JSON object/],
    ['a header nested too deep', withHeader(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`), /deep/],
    ['a name that reaches a prototype', withHeader('{"__proto__":{}}'), /__proto__/],
    ['half floats', withHeader({ a: tensor({ dtype: 'F16' }) }, 8), /only F32/],
    ['a tensor that is null', withHeader({ a: null }), /only F32/],
    ['a negative dimension', withHeader({ a: tensor({ shape: [-2] }) }, 8), /whole numbers/],
    ['a dimension beyond 2^53', withHeader({ a: tensor({ shape: [1e300] }) }, 8), /whole numbers/],
    ['dimensions whose product overflows', withHeader({ a: tensor({ shape: [2 ** 52, 2 ** 52] }) }, 8), /need/],
    ['no offsets', withHeader({ a: tensor({ data_offsets: undefined }) }, 8), /where their values lie/],
    ['offsets that do not fit the shape', withHeader({ a: tensor({ data_offsets: [0, 4] }) }, 8), /need 8 bytes/],
    ['offsets past the end', withHeader({ a: tensor() }, 4), /holds 4 bytes/],
    ['values that nobody owns', withHeader({ a: tensor() }, 12), /holds 12 bytes/],
    ['two tensors on the same bytes', withHeader({ a: tensor(), b: tensor() }, 8), /overlap/],
    ['a gap', withHeader({ a: tensor({ data_offsets: [4, 12] }) }, 12), /gap/],
  ])('with %s are refused in a sentence', (_, bytes, sentence) => {
    expect(refusal(bytes)).toMatch(sentence)
  })
})
