import onnxModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import onnxWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import type { Libraries } from '../../shared/engine/libraries.ts'

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
}
