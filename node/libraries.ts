import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Libraries } from '../shared/engine/libraries.ts'
import { FONTS, rasteriserOf } from '../shared/picture/raster.ts'
import type { Player } from '../shared/standalone/payload.ts'

const require = createRequire(import.meta.url)

/** Where the program of stand-alone pages is built: beside the sources, or two up from the bundle. */
const playerFolder = (): string =>
  ['../player/out', '../../player/out'].map(path => fileURLToPath(new URL(path, import.meta.url))).find(existsSync) ?? 'player/out'

/** resvg's wasm can be started once. */
let rasteriser: ReturnType<Libraries['rasteriser']> | null = null

const startRasteriser = async () => {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm')
  await initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')))
  return rasteriserOf({ Resvg }, await Promise.all(FONTS.map(path => readFile(require.resolve(`@fontsource/${path}`)))))
}

/** Libraries of single file formats in Node, loaded when first asked for. */
export const libraries: Libraries = {
  h5wasm: async () => {
    // The build for browsers: its files live in memory, while the one for Node would write to the disk.
    const h5wasm = await import('h5wasm')
    await h5wasm.ready
    return h5wasm
  },
  onnxruntime: async () => {
    const ort = await import('onnxruntime-web')
    ort.env.wasm.numThreads = 1
    return ort
  },
  player: async () => {
    const path = join(playerFolder(), 'player.js')
    const [script, style] = await Promise.all([readFile(path, 'utf8'), readFile(join(playerFolder(), 'player.css'), 'utf8')])
    const { open } = (await import(pathToFileURL(path).href)) as Pick<Player, 'open'>
    return { script, style, open }
  },
  rasteriser: () => {
    rasteriser ??= startRasteriser()
    return rasteriser
  },
}
