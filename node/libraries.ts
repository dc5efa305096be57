import type { Libraries } from '../shared/engine/libraries.ts'

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
}
