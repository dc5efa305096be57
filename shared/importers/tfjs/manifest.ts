import { joinBytes } from '../../bytes.ts'
import type { ExportedFile } from '../../engine/protocol.ts'
import { fromFloat16 } from '../../exporters/precision.ts'
import { type Shape, sizeOf } from '../../layers/shape.ts'
import { fail, type Issue, issue, ok, type Result } from '../../result.ts'
import { type ForeignLayer, isRecord, quoted } from '../keras/topology.ts'
import type { FindWeights, StoredWeight } from '../keras/weights.ts'

/** How many bytes one value takes in the file. */
const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, uint8: 1, uint16: 2, float16: 2, bool: 1 }

interface Entry {
  readonly name: string
  readonly shape: Shape
  /** Type of the values in the file: that of the quantisation where there is one. */
  readonly stored: string
  /** Quantised values become `value · scale + min`. */
  readonly scale: number
  readonly min: number
}

/** Weights that lie one after another in a row of files. */
interface Group {
  readonly paths: readonly string[]
  readonly entries: readonly Entry[]
}

/** What model.json says of its weights. */
export interface Manifest {
  readonly groups: readonly Group[]
}

const bad = (message: string, where?: string): Result<never> => fail('import/bad-manifest', message, where === undefined ? {} : { where })

const isDim = (v: unknown): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0

const readEntry = (entry: unknown): Result<Entry> => {
  const { name, shape, dtype, quantization } = isRecord(entry) ? entry : {}
  if (typeof name !== 'string' || name === '') return bad('A weight in the list of weights has no name.')
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isDim))
    return bad(`The shape of the weight ${quoted(name)} is not a list of whole numbers.`)
  const packed = isRecord(quantization) ? quantization : null
  const stored = String(packed?.dtype ?? dtype)
  if (!Object.hasOwn(BYTES, stored) || (packed && !['uint8', 'uint16', 'float16'].includes(stored)))
    return fail('import/weights-type', `The weight ${quoted(name)} is of the type ${quoted(stored)}, which cannot be read as weights.`)
  const [scale, min] = packed && stored !== 'float16' ? [packed.scale, packed.min] : [1, 0]
  if (typeof scale !== 'number' || typeof min !== 'number' || !Number.isFinite(scale) || !Number.isFinite(min))
    return bad(`The quantisation of the weight ${quoted(name)} has no scale and least value.`)
  return ok({ name, shape: shape as Shape, stored, scale, min })
}

const readGroup = (group: unknown): Result<Group> => {
  const { paths, weights } = isRecord(group) ? group : {}
  if (!Array.isArray(paths) || !paths.every(p => typeof p === 'string') || !Array.isArray(weights))
    return bad('The list of weights is not as TensorFlow.js writes it.')
  const entries: Entry[] = []
  for (const weight of weights) {
    const entry = readEntry(weight)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  return ok({ paths: paths as string[], entries })
}

/** Reads `weightsManifest`; a model without one has no weights. */
export const readManifest = (value: unknown): Result<Manifest> => {
  if (value === undefined || value === null) return ok({ groups: [] })
  if (!Array.isArray(value)) return bad('The list of weights is not as TensorFlow.js writes it.')
  const groups: Group[] = []
  for (const entry of value) {
    const group = readGroup(entry)
    if (!group.ok) return group
    groups.push(group.value)
  }
  return ok({ groups })
}

/** A path that stays in the folder of model.json: no `..`, no root, drive, other machine or address. */
const isInside = (path: string): boolean => !/^[/\\]|\\|^[A-Za-z][A-Za-z0-9+.-]*:/.test(path) && !path.split('/').includes('..')

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The file meant by a path: at that place, or by its bare name where the browser gives no folders. */
const fileFor = (path: string, folder: string, files: readonly ExportedFile[]): ExportedFile | undefined => {
  const plain = path.replace(/^(\.\/)+/, '')
  const named = files.filter(f => fileName(f.path) === fileName(plain))
  return files.find(f => f.path === folder + plain) ?? (named.length === 1 ? named[0] : undefined)
}

/** All bytes of each group. Only files that were given are read, whatever the paths say. */
export const gatherShards = (
  { groups }: Manifest,
  files: readonly ExportedFile[],
  json: ExportedFile,
): Result<{ readonly bytes: readonly Uint8Array[]; readonly notes: readonly Issue[] }> => {
  const folder = json.path.slice(0, json.path.lastIndexOf('/') + 1)
  const others = files.filter(f => f !== json)
  const notes: Issue[] = []
  const wanted = groups.flatMap(g => g.paths)
  const outside = wanted.find(path => !isInside(path))
  if (outside !== undefined)
    return fail('import/weights-path', `The file asks for weights at ${quoted(outside)}, outside its own folder; that is never read.`)
  const bytes: Uint8Array[] = []
  for (const { paths } of groups) {
    const parts: Uint8Array[] = []
    for (const path of paths) {
      const found = fileFor(path, folder, others) ?? (wanted.length === 1 && others.length === 1 ? others[0] : undefined)
      if (!found)
        return fail('import/file-missing', `The weights file ${quoted(path)} is missing: open it together with ${quoted(json.path)}.`, {
          expected: path,
        })
      if (fileName(found.path) !== fileName(path))
        notes.push(
          issue('import/file-renamed', `The weights were taken from ${quoted(found.path)}; the file calls them ${quoted(path)}.`, {
            severity: 'warning',
          }),
        )
      parts.push(found.bytes)
    }
    bytes.push(joined(parts))
  }
  return checkLengths(groups, bytes, notes)
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const [only, ...more] = parts
  return only && more.length === 0 ? only : joinBytes(parts)
}

const bytesOf = ({ shape, stored }: Entry): number => sizeOf(shape) * (BYTES[stored] ?? 4)

const checkLengths = (groups: readonly Group[], bytes: readonly Uint8Array[], notes: readonly Issue[]) => {
  for (const [i, { entries, paths }] of groups.entries()) {
    const wanted = entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    const found = bytes[i]?.length ?? 0
    if (wanted !== found)
      return fail(
        'import/weights-length',
        `The weights in ${paths.slice(0, 3).map(quoted).join(', ')} are ${found} bytes long, but ${wanted} are announced: the file is cut short or belongs to another network.`,
        { expected: String(wanted), received: String(found) },
      )
  }
  return ok({ bytes, notes })
}

/** Values of one weight as float32; bytes are little-endian and need not be aligned. */
const decode = ({ stored, scale, min }: Entry, bytes: Uint8Array): Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const width = BYTES[stored] ?? 4
  const out = new Float32Array(bytes.length / width)
  if (stored === 'float32') {
    new Uint8Array(out.buffer).set(bytes)
    return out
  }
  if (stored === 'float16') return fromFloat16(new Uint16Array(bytes.slice().buffer))
  for (let i = 0; i < out.length; i++) {
    const raw = stored === 'int32' ? view.getInt32(4 * i, true) : width === 2 ? view.getUint16(2 * i, true) : (bytes[i] ?? 0)
    out[i] = raw * scale + min
  }
  return out
}

/** The longest beginning of a weight's name that is a layer. */
const layerIn = (weight: string, layers: ReadonlySet<string>): string | undefined => {
  for (let end = weight.lastIndexOf('/'); end > 0; end = weight.lastIndexOf('/', end - 1)) {
    if (layers.has(weight.slice(0, end))) return weight.slice(0, end)
  }
  return undefined
}

/** Finds weights by `layer/weight`. */
export const tfjsWeights = ({ groups }: Manifest, bytes: readonly Uint8Array[], layers: readonly ForeignLayer[]): FindWeights => {
  const names = new Set(layers.map(l => l.name))
  const byLayer = new Map<string, StoredWeight[]>()
  groups.forEach(({ entries }, g) => {
    let at = 0
    for (const entry of entries) {
      const from = at
      at += bytesOf(entry)
      const layer = layerIn(entry.name, names)
      if (layer === undefined) continue
      const part = bytes[g]?.subarray(from, at) ?? new Uint8Array()
      const list = byLayer.get(layer) ?? []
      list.push({ name: entry.name.slice(layer.length + 1), shape: entry.shape, read: () => ok(decode(entry, part)) })
      byLayer.set(layer, list)
    }
  })
  return layer => ok(byLayer.get(layer) ?? [])
}
