import type { NamedWeight } from '../engine/protocol.ts'
import { guardJson } from '../graph/guard.ts'
import { bytesOf } from '../hash.ts'
import { sizeOf } from '../layers/shape.ts'
import { fail, IssueError, issue, ok, type Result } from '../result.ts'

/** Bytes before the JSON header: its length, little-endian, 64 bits. */
const PREFIX = 8
const ALIGNMENT = 8
const MOST_HEADER = 100_000_000
const MOST_TENSORS = 100_000
const MOST_NAME = 512
const MOST_RANK = 8
const FLOAT_BYTES = 4
const COUNTER_BYTES = 8

const WHAT = 'weights.safetensors'
const damaged = (message: string, where?: string): Result<never> => fail('weights/damaged', message, where === undefined ? {} : { where })

/** Writes float32 tensors in the safetensors layout: length, JSON header, then the values in the given order, little-endian. */
export const encodeSafetensors = (weights: readonly NamedWeight[]): Uint8Array<ArrayBuffer> => {
  const rows: string[] = []
  const names = new Set<string>()
  let at = 0
  for (const { name, shape, values } of weights) {
    if (names.has(name) || sizeOf(shape) !== values.length)
      throw new IssueError(
        issue('weights/inconsistent', `The weights “${name}” cannot be saved: their name is double or their shape does not fit.`),
      )
    names.add(name)
    rows.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] })}`)
    at += values.byteLength
  }
  const text = new TextEncoder().encode(`{${rows.join(',')}}`)
  const header = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT
  const out = new Uint8Array(PREFIX + header + at).fill(0x20, PREFIX, PREFIX + header)
  new DataView(out.buffer).setBigUint64(0, BigInt(header), true)
  out.set(text, PREFIX)
  at = PREFIX + header
  for (const { values } of weights) {
    out.set(bytesOf(values), at)
    at += values.byteLength
  }
  return out
}

interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** Checks one tensor of the header, which may hold anything. */
const readEntry = (name: string, value: unknown, counter: boolean): Result<Entry> => {
  const shown = name.slice(0, 80)
  if (name === '' || name.length > MOST_NAME)
    return damaged(`${WHAT} names a tensor with ${name.length} characters; 1 to ${MOST_NAME} are allowed.`)
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  const counts = counter && dtype === 'I64'
  if (dtype !== 'F32' && !counts)
    return damaged(`The weights “${shown}” are of type ${String(dtype).slice(0, 20)}; only F32 can be read.`, name)
  if (!Array.isArray(shape) || shape.length > MOST_RANK || !shape.every(isCount))
    return damaged(`The shape of the weights “${shown}” is not a list of whole numbers.`, name)
  if (!Array.isArray(offsets) || offsets.length !== 2) return damaged(`The weights “${shown}” do not say where their values lie.`, name)
  const [begin, end]: readonly unknown[] = offsets
  const bytes = sizeOf(shape) * (counts ? COUNTER_BYTES : FLOAT_BYTES)
  if (isCount(begin) && isCount(end) && end - begin === bytes) return ok({ name, shape, begin, end })
  return damaged(
    `The weights “${shown}” of shape ${shape.join('×') || '1'} need ${bytes} bytes, but bytes ${String(begin)} to ${String(end)} are announced.`,
    name,
  )
}

/** Reads length and JSON of the header and gives its entries. */
const readHeader = (bytes: Uint8Array): Result<{ header: Readonly<Record<string, unknown>>; start: number }> => {
  if (bytes.length < PREFIX) return damaged(`${WHAT} is cut short: ${bytes.length} bytes are too few.`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, PREFIX).getBigUint64(0, true))
  const start = PREFIX + length
  if (length > MOST_HEADER || start > bytes.length)
    return damaged(`${WHAT} is damaged or cut short: its header of ${length} bytes does not fit into ${bytes.length}.`)
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREFIX, start)))
  } catch {
    return damaged(`${WHAT} is damaged: its header is not JSON.`)
  }
  const guarded = guardJson(header)
  if (!guarded.ok) return damaged(`${WHAT} is damaged: ${guarded.issues[0].message}`)
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return damaged(`${WHAT} is damaged: its header is not a JSON object.`)
  return ok({ header: header as Readonly<Record<string, unknown>>, start })
}

/** Tensors must lie one after another without gap or overlap and fill the file. */
const checkLayout = (entries: readonly Entry[], size: number): Result<null> => {
  let at = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      return damaged(
        `The weights “${name.slice(0, 80)}” start at byte ${begin}, but byte ${at} was expected: they overlap others or leave a gap.`,
        name,
      )
    at = end
  }
  return at === size ? ok(null) : damaged(`${WHAT} holds ${size} bytes of values, but its header describes ${at}.`)
}

/**
 * Reads float32 tensors in the order of the header; every length and offset is checked, values are kept bit by bit. Names that `isCounter` knows may be
 * whole numbers of 64 bits, as PyTorch counts batches, and are left out.
 */
export const decodeSafetensors = (
  bytes: Uint8Array,
  isCounter: (name: string) => boolean = () => false,
): Result<readonly NamedWeight[]> => {
  const head = readHeader(bytes)
  if (!head.ok) return head
  const { header, start } = head.value
  const rows = Object.entries(header).filter(([name]) => name !== '__metadata__')
  if (rows.length > MOST_TENSORS) return damaged(`${WHAT} lists ${rows.length} tensors; at most ${MOST_TENSORS} can be read.`)
  const entries: Entry[] = []
  for (const [name, value] of rows) {
    const entry = readEntry(name, value, isCounter(name))
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  const layout = checkLayout(entries, bytes.length - start)
  if (!layout.ok) return layout
  return ok(
    entries
      .filter(({ name }) => !isCounter(name))
      .map(({ name, shape, begin, end }) => ({
        name,
        shape,
        values: new Float32Array(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer),
      })),
  )
}
