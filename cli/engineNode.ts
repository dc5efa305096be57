import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { kernelHost } from '../node/kernelHost.ts'
import { libraries } from '../node/libraries.ts'
import type { EngineTf } from '../shared/engine/tf.ts'
import { assetFolder } from './assets.ts'

/** Loads tfjs with its wasm and cpu backends for Node; quiet, and without a WebGPU adapter. */
export const loadEngineNode = async (): Promise<EngineTf> => {
  const tf = await import('@tensorflow/tfjs')
  tf.enableProdMode()
  return {
    tf,
    load: async backend => {
      if (backend === 'cpu') return true
      if (backend !== 'wasm') return false
      const wasm = await import('@tensorflow/tfjs-backend-wasm')
      const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
      wasm.setWasmPaths(dirname(entry) + sep)
      return true
    },
    adapter: async () => null,
    kernels: kernelHost(assetFolder()),
    libraries,
    breathe: () => new Promise(resolve => setImmediate(resolve)),
  }
}
