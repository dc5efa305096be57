import '@tensorflow/tfjs-backend-cpu'
import { dispose, enableProdMode, env, io, ready, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
import { fromBase64 } from '../shared/base64.ts'
import type { PageNetwork, PagePayload } from '../shared/standalone/payload.ts'

const isTypedArray = (a: unknown): a is Float32Array | Int32Array | Uint8Array | Uint8ClampedArray =>
  a instanceof Float32Array || a instanceof Int32Array || a instanceof Uint8Array || a instanceof Uint8ClampedArray

/** tfjs knows browsers, their workers and Node; wherever else this program is opened, it gets what it asks of a platform here. */
const setUp = async (): Promise<void> => {
  enableProdMode()
  if (!env().platform)
    env().setPlatform('plain', {
      fetch: () => Promise.reject(new Error('A stand-alone page fetches nothing.')),
      now: () => performance.now(),
      encode: text => new TextEncoder().encode(text),
      decode: bytes => new TextDecoder().decode(bytes),
      isTypedArray,
    })
  await setBackend('cpu')
  await ready()
}

/** Loads the network of a page on tfjs's cpu backend. */
export const open = async ({ topology, weightSpecs, weights, shape, scaling }: PagePayload): Promise<PageNetwork> => {
  await setUp()
  const artifacts = { modelTopology: topology, weightSpecs: [...weightSpecs] as io.WeightsManifestEntry[] }
  const model = await loadLayersModel(io.fromMemory({ ...artifacts, weightData: fromBase64(weights).buffer }))
  const channels = scaling.mean.length
  return {
    answer: async raw => {
      const scaled = Float32Array.from(raw, (v, i) => (v - (scaling.mean[i % channels] ?? 0)) / (scaling.deviation[i % channels] ?? 1))
      const x = tensor(scaled, [1, ...shape])
      const y = model.predict(x) as Tensor
      try {
        return Float32Array.from(await y.data())
      } finally {
        dispose([x, y])
      }
    },
    dispose: () => {
      model.dispose()
    },
  }
}
