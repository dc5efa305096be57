import type * as h5wasm from 'h5wasm'
import { sizeOf } from '../../layers/shape.ts'
import { fail, failAll, IssueError, issue, ok, type Result } from '../../result.ts'
import { quoted } from './topology.ts'
import type { StoredWeight } from './weights.ts'

type Library = typeof h5wasm

/** An HDF5 file that is open for reading. Links to other files are never followed. */
export interface H5Reader {
  isGroup(path: string): boolean
  /** An attribute that holds text or a list of texts. */
  texts(path: string, name: string): readonly string[] | null
  /** A tensor, not read yet; null when there is none. `name` is what it is called by. */
  dataset(path: string, name: string): StoredWeight | null
}

/** Growth from packed to unpacked that is believed, above a size where it could hurt. */
const MOST_RATIO = 200
const RATIO_FROM = 10 * 2 ** 20
const MOST_ATTRIBUTE = 50 * 2 ** 20
const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/** True when bytes begin like an HDF5 file. */
export const isH5 = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte)

let opened = 0

class Reader implements H5Reader {
  private readonly library: Library
  private readonly file: h5wasm.File
  private readonly bytes: number
  constructor(library: Library, file: h5wasm.File, bytes: number) {
    this.library = library
    this.file = file
    this.bytes = bytes
  }

  /** Goes down one name after another, so that no link is passed unseen. */
  private at(path: string): h5wasm.Group | h5wasm.Dataset | null {
    const { Group, Dataset, ExternalLink } = this.library
    let here: h5wasm.Entity | null = this.file
    for (const part of path.split('/').filter(Boolean)) {
      if (!(here instanceof Group)) return null
      here = here.get(part)
      if (here instanceof ExternalLink)
        throw new IssueError(issue('import/h5-link', `The HDF5 file points to another file at ${quoted(path)}, which is never followed.`))
    }
    return here instanceof Group || here instanceof Dataset ? here : null
  }

  isGroup(path: string): boolean {
    return this.at(path) instanceof this.library.Group
  }

  texts(path: string, name: string): readonly string[] | null {
    const attributes = this.at(path)?.attrs
    const found = attributes && Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (!found || sizeOf(found.shape ?? []) * Math.max(1, found.metadata.size) > MOST_ATTRIBUTE) return null
    const { value } = found
    if (typeof value === 'string') return [value]
    // An empty list has no type of its own in HDF5 and arrives as numbers.
    if (ArrayBuffer.isView(value)) return value.byteLength === 0 ? [] : null
    return Array.isArray(value) && value.every(v => typeof v === 'string') ? value : null
  }

  dataset(path: string, name: string): StoredWeight | null {
    const found = this.at(path)
    if (!(found instanceof this.library.Dataset)) return null
    return { name, shape: found.shape ?? [], read: () => this.values(found, name) }
  }

  private values(dataset: h5wasm.Dataset, name: string): Result<Float32Array> {
    const { size, chunks } = dataset.metadata
    const wanted = Math.max(sizeOf(dataset.shape ?? []), sizeOf(chunks ?? [])) * size
    if (wanted > RATIO_FROM && wanted > this.bytes * MOST_RATIO)
      return fail(
        'import/h5-bomb',
        `The tensor ${quoted(name)} would grow to ${wanted} bytes from a file of ${this.bytes}, so it is not read.`,
      )
    if (Object.hasOwn(dataset.attrs, 'dtype') && dataset.attrs.dtype?.value === 'bfloat16')
      return fail('import/h5-type', `The tensor ${quoted(name)} holds bfloat16 values, which cannot be read; save the network as float32.`)
    const { value } = dataset
    if (value instanceof Float32Array) return ok(value)
    if (value instanceof Float64Array || value instanceof Int32Array) return ok(Float32Array.from(value))
    if (typeof value === 'number') return ok(Float32Array.of(value))
    return fail(
      'import/h5-type',
      `The tensor ${quoted(name)} holds ${String(dataset.dtype).slice(0, 20)} values, which cannot be read as weights.`,
    )
  }
}

/** Opens an HDF5 file in the library's memory, lets `work` read it, and closes it whatever happens; what the library throws becomes one sentence. */
export const withH5 = async <T>(
  library: Library,
  bytes: Uint8Array,
  path: string,
  work: (reader: H5Reader) => Promise<Result<T>>,
): Promise<Result<T>> => {
  const { Module: module, FS: fs } = library
  const place = `/import-${++opened}.h5`
  let file: h5wasm.File | null = null
  try {
    module.activate_throwing_error_handler()
    // The library only reads the file, so it may have these very bytes and needs no copy.
    fs?.writeFile(place, bytes, { canOwn: true } as object)
    file = new library.File(place, 'r')
    return await work(new Reader(library, file, bytes.length))
  } catch (error) {
    if (error instanceof IssueError) return failAll([error.issue])
    return fail('import/damaged-h5', `${quoted(path)} is damaged or cut short: it cannot be read as an HDF5 file.`)
  } finally {
    try {
      file?.close()
      fs?.unlink(place)
    } catch {
      // A broken file may refuse to close; its memory goes with the worker.
    }
  }
}
