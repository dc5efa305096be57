import interCyrillic from '@fontsource/inter/files/inter-cyrillic-600-normal.woff?url'
import interGreek from '@fontsource/inter/files/inter-greek-600-normal.woff?url'
import interLatin from '@fontsource/inter/files/inter-latin-600-normal.woff?url'
import interLatinExt from '@fontsource/inter/files/inter-latin-ext-600-normal.woff?url'
import monoGreek from '@fontsource/jetbrains-mono/files/jetbrains-mono-greek-400-normal.woff?url'
import monoLatin from '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff?url'
import resvgWasm from '@resvg/resvg-wasm/index_bg.wasm?url'
import onnxModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import onnxWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import type { Libraries } from '../../shared/engine/libraries.ts'
import { type FONTS, rasteriserOf } from '../../shared/picture/raster.ts'
import type { Player } from '../../shared/standalone/payload.ts'

/** Where each font of pictures lies; one that is missing here does not compile. */
const FONT_URLS: Readonly<Record<(typeof FONTS)[number], string>> = {
  'inter/files/inter-latin-600-normal.woff': interLatin,
  'inter/files/inter-latin-ext-600-normal.woff': interLatinExt,
  'inter/files/inter-greek-600-normal.woff': interGreek,
  'inter/files/inter-cyrillic-600-normal.woff': interCyrillic,
  'jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff': monoLatin,
  'jetbrains-mono/files/jetbrains-mono-greek-400-normal.woff': monoGreek,
}

const fetched = async (url: string): Promise<Response> => {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`A file of Netloom could not be read: the server answered ${response.status}.`)
  return response
}

/** resvg's wasm can be started once; a start that failed is tried again. */
let rasteriser: ReturnType<Libraries['rasteriser']> | null = null

const startRasteriser = async () => {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm')
  const [wasm, ...fonts] = await Promise.all([resvgWasm, ...Object.values(FONT_URLS)].map(async url => (await fetched(url)).arrayBuffer()))
  if (wasm) await initWasm(wasm)
  return rasteriserOf(
    { Resvg },
    fonts.map(font => new Uint8Array(font)),
  )
}

/** Libraries of single file formats, loaded from beside the page when first asked for. */
export const libraries: Libraries = {
  h5wasm: async () => {
    const h5wasm = await import('h5wasm')
    await h5wasm.ready
    return h5wasm
  },
  onnxruntime: async () => {
    const ort = await import('onnxruntime-web/wasm')
    ort.env.wasm.wasmPaths = { mjs: onnxModule, wasm: onnxWasm }
    ort.env.wasm.numThreads = 1
    return ort
  },
  player: async () => {
    const { default: url } = await import('../../player/out/player.js?url')
    const { default: style } = await import('../../player/out/player.css?raw')
    const script = await (await fetched(url)).text()
    // The same file that goes into the page, opened here.
    const { open } = (await import(/* @vite-ignore */ url)) as Pick<Player, 'open'>
    return { script, style, open }
  },
  rasteriser: () => {
    rasteriser ??= startRasteriser().catch((error: unknown) => {
      rasteriser = null
      throw error
    })
    return rasteriser
  },
}
