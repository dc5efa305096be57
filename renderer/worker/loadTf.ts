import * as tf from '@tensorflow/tfjs'
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import type { AdapterInfo, EngineTf } from '../../shared/engine/tf.ts'
import type { KernelHost } from '../../shared/kernels/wasm/host.ts'
import { libraries } from './libraries.ts'

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|software/i

const adapter = async (): Promise<AdapterInfo | null> => {
  const found = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!found) return null
  const { vendor, architecture, device, description, isFallbackAdapter } = found.info
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ')
  return { name, software: isFallbackAdapter || SOFTWARE.test(`${name} ${architecture} ${device}`) }
}

const loadWasm = async (): Promise<boolean> => {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  // The threaded build is never taken (see backends.ts), but tfjs wants a path for every build before it starts.
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plainWasm,
    'tfjs-backend-wasm-simd.wasm': simdWasm,
    'tfjs-backend-wasm-threaded-simd.wasm': simdWasm,
  })
  return true
}

const loadWebGpu = async (): Promise<boolean> => {
  if (!navigator.gpu) return false
  await import('@tensorflow/tfjs-backend-webgpu')
  return true
}

/** The device of the backend that runs, if it has one. */
const device = (): GPUDevice | null => {
  const backend: unknown = tf.getBackend() === 'webgpu' ? tf.backend() : null
  return (backend as { readonly device?: GPUDevice } | null)?.device ?? null
}

/** Resolves in a task of its own, without the delay that browsers put on timers. */
const breathing = (): (() => Promise<void>) => {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return () =>
    new Promise(resolve => {
      waiting.push(resolve)
      port2.postMessage(null)
    })
}

/** tfjs in a browser's worker; `onWork` is called with every operation, so that long steps can show that they live. */
export const loadEngineBrowser = (onWork: () => void, kernels: KernelHost): EngineTf => {
  tf.enableProdMode()
  const engine = tf.engine()
  const runKernel = engine.runKernel.bind(engine) as typeof engine.runKernel
  engine.runKernel = (name, inputs, attrs) => {
    onWork()
    return runKernel(name, inputs, attrs)
  }
  const load: EngineTf['load'] = async backend => {
    if (backend === 'webgpu') return loadWebGpu()
    return backend === 'wasm' ? loadWasm() : true
  }
  return { tf, load, adapter, device, kernels, libraries, breathe: breathing() }
}
