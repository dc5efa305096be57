import { crc32 } from '../crc32.ts'
import { inflateExactly } from '../data/decode/inflate.ts'
import { fail, ok, type Result } from '../result.ts'

/** What a zip may hold at most; counts real bytes, not what the file says of itself. */
export interface ZipLimits {
  readonly entries: number
  readonly bytes: number
  /** Allows names with folders, as long as they lead nowhere else; entries that are only a folder are left out. */
  readonly folders?: boolean
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22]
const MOST_COMMENT = 0xffff
const ENCRYPTED = 1
const [STORED, DEFLATED] = [0, 8]
const MOST_RATIO = 200
const RATIO_FROM = 10 * 2 ** 20
const MOST_NAME = 200

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

const damaged = (message: string, where?: number): Result<never> =>
  fail('zip/damaged', message, where === undefined ? {} : { where: `byte ${where}` })

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** True when the bytes start like a zip file. */
export const isZip = (bytes: Uint8Array): boolean => bytes.length >= 4 && [LOCAL, END].includes(viewOf(bytes).getUint32(0, true))

/** Finds the end record, which with its comment must reach exactly to the end of the file. */
const findEnd = (view: DataView): number => {
  for (let at = view.byteLength - END_BYTES; at >= Math.max(0, view.byteLength - END_BYTES - MOST_COMMENT); at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at
  }
  return -1
}

/** A plain file name: no folder, drive, backslash or control character, so that it can lead nowhere. */
const isPlainName = (name: string) =>
  name.length > 0 && name.length <= MOST_NAME && !/[/\\:\p{Cc}]/u.test(name) && name !== '.' && name !== '..'

/** Plain names with `/` between them; a folder's own entry ends in `/`. */
const isPlainPath = (name: string) => name.length <= MOST_NAME && name.replace(/\/$/, '').split('/').every(isPlainName)

const readName = (bytes: Uint8Array, folders = false): Result<string> => {
  try {
    const name = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (folders ? isPlainPath(name) : isPlainName(name)) return ok(name)
    return fail('zip/name', `The zip holds an entry named ${JSON.stringify(name.slice(0, 60))}; only plain file names are opened.`)
  } catch {
    return damaged('The zip is damaged: the name of an entry is not UTF-8 text.')
  }
}

/** Reads one record of the central directory; gives the entry and where the next record starts. */
const readEntry = (
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  folders?: boolean,
): Result<{ entry: Entry; next: number }> => {
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL)
    return damaged('The zip is damaged: its directory is cut short.', at)
  const u16 = (offset: number) => view.getUint16(at + offset, true)
  const u32 = (offset: number) => view.getUint32(at + offset, true)
  const next = at + CENTRAL_BYTES + u16(28) + u16(30) + u16(32)
  if (next > end) return damaged('The zip is damaged: an entry of its directory runs past the end.', at)
  const name = readName(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + u16(28)), folders)
  if (!name.ok) return name
  const entry: Entry = { name: name.value, method: u16(10), crc: u32(16), packed: u32(20), size: u32(24), offset: u32(42) }
  if (u16(8) & ENCRYPTED) return fail('zip/encrypted', `“${entry.name}” in the zip is encrypted; save the project without a password.`)
  if (entry.method !== STORED && entry.method !== DEFLATED)
    return fail('zip/method', `“${entry.name}” in the zip is packed in a way (${entry.method}) that cannot be read.`)
  if (entry.method === STORED && entry.packed !== entry.size)
    return damaged(`“${entry.name}” in the zip has two different sizes: it is damaged.`, at)
  if (entry.size > RATIO_FROM && entry.size > entry.packed * MOST_RATIO)
    return fail('zip/bomb', `“${entry.name}” in the zip grows more than ${MOST_RATIO}-fold, so it is not opened.`)
  return ok({ entry, next })
}

const readDirectory = (bytes: Uint8Array, limits: ZipLimits): Result<{ entries: Entry[]; start: number }> => {
  const view = viewOf(bytes)
  const end = findEnd(view)
  if (end < 0) return damaged('The zip is cut short or damaged: it has no end record.')
  const [count, size, start] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    return damaged('The zip is one part of several, or damaged.', end)
  if (start + size !== end) return damaged('The zip is damaged: its directory does not lie where the end record says.', end)
  if (count > limits.entries) return fail('zip/too-many', `The zip holds ${count} entries; at most ${limits.entries} are expected.`)
  const entries: Entry[] = []
  let at = start
  let total = 0
  for (let i = 0; i < count; i++) {
    const read = readEntry(bytes, view, at, end, limits.folders)
    if (!read.ok) return read
    entries.push(read.value.entry)
    total += read.value.entry.size
    at = read.value.next
  }
  if (at !== end) return damaged('The zip is damaged: its directory holds more than it announces.', at)
  if (total > limits.bytes) return fail('zip/too-large', `The zip unpacks to ${total} bytes; at most ${limits.bytes} can be read.`)
  const names = new Set(entries.map(({ name }) => name.toLowerCase()))
  return names.size === entries.length ? ok({ entries, start }) : fail('zip/name', 'The zip holds two entries of the same name.')
}

/** Reads one entry's bytes; its local header must say the same as the directory. `until` is where the next entry starts. */
const readData = (bytes: Uint8Array, entry: Entry, until: number, folders?: boolean): Result<Uint8Array> => {
  const view = viewOf(bytes)
  const { offset, name } = entry
  if (offset + LOCAL_BYTES > until || view.getUint32(offset, true) !== LOCAL)
    return damaged(`“${name}” in the zip does not start where the directory says, or overlaps another entry.`, offset)
  const nameEnd = offset + LOCAL_BYTES + view.getUint16(offset + 26, true)
  const start = nameEnd + view.getUint16(offset + 28, true)
  if (start + entry.packed > until) return damaged(`“${name}” in the zip runs into what follows it: the file is damaged.`, offset)
  const local = readName(bytes.subarray(offset + LOCAL_BYTES, nameEnd), folders)
  if (!local.ok || local.value !== name || view.getUint16(offset + 8, true) !== entry.method)
    return damaged(`“${name}” in the zip is called something else at its own place: the file is damaged.`, offset)
  const packed = bytes.subarray(start, start + entry.packed)
  const data = entry.method === STORED ? ok(packed) : inflateExactly(packed, entry.size, `“${name}” in the zip`)
  if (data.ok && crc32(data.value) !== entry.crc)
    return damaged(`“${name}” in the zip is damaged: its contents do not match its checksum.`, offset)
  return data
}

/** Names of the entries, from the directory alone. */
export const zipNames = (bytes: Uint8Array, limits: ZipLimits): Result<readonly string[]> => {
  const directory = readDirectory(bytes, limits)
  return directory.ok ? ok(directory.value.entries.map(({ name }) => name)) : directory
}

/** Reads a whole zip into memory, strictly: plain names, no encryption, no overlap, sizes and CRC-32 checked. Stored entries are views into `bytes`. */
export const readZip = (bytes: Uint8Array, limits: ZipLimits): Result<ReadonlyMap<string, Uint8Array>> => {
  const directory = readDirectory(bytes, limits)
  if (!directory.ok) return directory
  const sorted = directory.value.entries.sort((a, b) => a.offset - b.offset)
  const out = new Map<string, Uint8Array>()
  for (const [i, entry] of sorted.entries()) {
    const data = readData(bytes, entry, sorted[i + 1]?.offset ?? directory.value.start, limits.folders)
    if (!data.ok) return data
    if (entry.name.endsWith('/')) continue
    out.set(entry.name, data.value)
  }
  return ok(out)
}
