/// <reference types="@webgpu/types" />
import * as tf from '@tensorflow/tfjs'
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'

/** What the graphics card calls itself; empty on the processor. */
const adapterOf = async (backend: string): Promise<string> => {
  if (backend === 'webgpu') {
    const info = (await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' }))?.info
    return info ? info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') : ''
  }
  if (backend !== 'webgl') return ''
  const context = new OffscreenCanvas(1, 1).getContext('webgl2')
  const named = context?.getExtension('WEBGL_debug_renderer_info')
  return context && named ? String(context.getParameter(named.UNMASKED_RENDERER_WEBGL)) : ''
}

/** tfjs as it comes, on one of its backends; throws a sentence where that one is missing. */
export const loadStock = async (
  backend: 'cpu' | 'wasm' | 'webgl' | 'webgpu',
): Promise<{ readonly tf: typeof tf; readonly adapter: string }> => {
  tf.enableProdMode()
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    // Its threaded build waits for ever in a page made by a bundler, and where it does start it uses one thread.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    setWasmPaths({
      'tfjs-backend-wasm.wasm': plainWasm,
      'tfjs-backend-wasm-simd.wasm': simdWasm,
      'tfjs-backend-wasm-threaded-simd.wasm': simdWasm,
    })
  }
  const adapter = await adapterOf(backend)
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend)
    throw new Error(`the backend ${backend} does not start in this browser`)
  await tf.ready()
  return { tf, adapter }
}
