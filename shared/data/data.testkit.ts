import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { DataChoice } from '../graph/document.ts'
import { DEFAULT_DATA } from '../graph/document.ts'
import { ok, unwrap } from '../result.ts'
import type { DataContext, RawData } from './define.ts'
import { loadRaw } from './prepare.ts'

const MNIST = '../shared/datasets/mnist'

/** True where real MNIST lies beside the repository. */
export const hasMnist = existsSync(MNIST)

/** The files of the local MNIST by name; empty where it is not there. */
export const mnistFiles = (): Map<string, Uint8Array<ArrayBuffer>> =>
  new Map(hasMnist ? readdirSync(MNIST).map(name => [name, new Uint8Array(readFileSync(`${MNIST}/${name}`))]) : [])

/** Surroundings that read the repository's assets. */
export const testContext = (files: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map(), seed = 1): DataContext => ({
  asset: async path => ok(new Uint8Array(readFileSync(`assets/${path}`))),
  files,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  seed,
})

/** Equality of many values without the cost of a readable difference. */
export const sameBytes = (a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

/** Loads a data set or throws its sentence. */
export const load = async (source: string, files?: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, seed = 1): Promise<RawData> =>
  unwrap(await loadRaw(source, testContext(files, seed)))

/** The default choice with changes. */
export const choose = (more: Partial<DataChoice> = {}): DataChoice => ({ ...DEFAULT_DATA, ...more })

/** An IDX file: magic number, sizes, bytes. */
export const idxFile = (sizes: readonly number[], values: ArrayLike<number>, type = 8): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(4 + 4 * sizes.length + values.length)
  out.set([0, 0, type, sizes.length])
  const view = new DataView(out.buffer)
  sizes.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size)
  })
  out.set(Array.from(values), 4 + 4 * sizes.length)
  return out
}
