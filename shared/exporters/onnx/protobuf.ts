import { joinBytes } from '../../bytes.ts'

/** Bytes of a protocol buffer message, in pieces so that large values are copied once, at the end. */
export interface Part {
  readonly length: number
  readonly pieces: readonly Uint8Array[]
}

const part = (pieces: readonly Uint8Array[]): Part => ({ length: pieces.reduce((sum, piece) => sum + piece.length, 0), pieces })

const VARINT = 0
const LENGTH = 2
const FIXED32 = 5

/** A whole number in groups of seven bits, the lowest first; negative ones as 64-bit two's complement. */
const varintBytes = (value: number): number[] => {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  return [...out, Number(rest)]
}

const head = (field: number, wire: number, ...more: number[]): Uint8Array =>
  Uint8Array.from([...varintBytes(field * 8 + wire), ...more.flatMap(varintBytes)])

/** A whole number. */
export const int = (field: number, value: number): Part => part([head(field, VARINT, value)])

/** A 32-bit floating-point number. */
export const float32 = (field: number, value: number): Part => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return part([head(field, FIXED32), bytes])
}

/** Raw bytes. */
export const bytes = (field: number, value: Uint8Array): Part => part([head(field, LENGTH, value.length), value])

/** Text as UTF-8. */
export const text = (field: number, value: string): Part => bytes(field, new TextEncoder().encode(value))

/** Whole numbers one after another, packed. */
export const ints = (field: number, values: readonly number[]): Part => bytes(field, Uint8Array.from(values.flatMap(varintBytes)))

/** A message inside a message; without a field the outermost one. */
export const message = (field: number | null, parts: readonly Part[]): Part => {
  const pieces = parts.flatMap(p => p.pieces)
  const inner = part(pieces)
  return field === null ? inner : part([head(field, LENGTH, inner.length), ...pieces])
}

/** The message as one array. */
export const joined = ({ pieces }: Part): Uint8Array<ArrayBuffer> => joinBytes(pieces)
