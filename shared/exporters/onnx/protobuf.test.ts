import { expect, it } from 'vitest'
import { bytes, float32, int, ints, joined, message, text } from './protobuf.ts'

const hex = (part: Parameters<typeof joined>[0]): string => Buffer.from(joined(part)).toString('hex')

it.each([
  ['a whole number', int(1, 150), '089601'],
  ['a field above 15', int(20, 1), 'a00101'],
  ['a negative number, as 64-bit two’s complement', int(1, -1), `08${'ff'.repeat(9)}01`],
  ['a large number', int(1, 2 ** 40), '08808080808020'],
  ['text', text(2, 'testing'), '120774657374696e67'],
  ['text beyond ASCII', text(1, 'é'), '0a02c3a9'],
  ['packed numbers', ints(6, [3, 270, 86942]), '3206038e029ea705'],
  ['a floating-point number', float32(2, 1.5), '150000c03f'],
  ['bytes', bytes(9, new Uint8Array([1, 2])), '4a020102'],
  ['a message in a message', message(3, [int(1, 150)]), '1a03089601'],
])('%s is written as the protocol buffer encoding says', (_, part, wanted) => expect(hex(part)).toBe(wanted))

it('knows its length before it is put together', () => {
  const part = message(null, [text(1, 'a'.repeat(300)), message(2, [int(1, 5), bytes(2, new Uint8Array(1000))])])
  expect(joined(part)).toHaveLength(part.length)
})
