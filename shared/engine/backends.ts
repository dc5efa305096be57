import { BACKENDS, type BackendId } from '../graph/document.ts'
import { registerGradients } from '../kernels/gradients.ts'
import { registerWasmKernels } from '../kernels/wasm/composed.ts'
import { registerGpuKernels } from '../kernels/webgpu/register.ts'
import { fail, ok, type Result, toIssue } from '../result.ts'
import type { BackendReport } from './protocol.ts'
import type { AdapterInfo, EngineTf } from './tf.ts'

/** How each backend is called in sentences. */
export const BACKEND_NAMES: Record<BackendId, string> = { webgpu: 'WebGPU', wasm: 'WebAssembly', webgl: 'WebGL', cpu: 'plain JavaScript' }
/** Longest that a backend may take to start, ms; a blocked worker policy can hang it for ever. */
const START_LIMIT = 20_000

/** Backends from best to last resort; one that only pretends to be a graphics card ranks below wasm. */
export const backendOrder = (adapter: AdapterInfo | null): readonly BackendId[] =>
  !adapter ? ['wasm', 'webgl', 'cpu'] : adapter.software ? ['wasm', 'webgl', 'webgpu', 'cpu'] : BACKENDS

const within = async <T>(ms: number, work: Promise<T>, late: T): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<T>(resolve => {
    timer = setTimeout(() => resolve(late), ms)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** Starts one backend and has it multiply two small matrices; false when it is missing or computes nonsense. */
const start = async (engine: EngineTf, id: BackendId): Promise<boolean> => {
  const { tf } = engine
  if (!(await engine.load(id))) return false
  // tfjs's threaded wasm starts no threads and breaks under a strict worker policy.
  if (id === 'wasm') tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await tf.setBackend(id)) || tf.getBackend() !== id) return false
  if (id === 'wasm') registerWasmKernels(tf)
  if (id === 'webgpu') registerGpuKernels(tf)
  registerGradients(tf)
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([3, 4], [2, 1])))
  const [value] = await product.data()
  product.dispose()
  return value === 11
}

const tryStart = async (engine: EngineTf, id: BackendId): Promise<string | null> => {
  try {
    return (await within(START_LIMIT, start(engine, id), false)) ? null : `${BACKEND_NAMES[id]} is not available here`
  } catch (error) {
    return `${BACKEND_NAMES[id]} did not start (${toIssue(error).message.slice(0, 120)})`
  }
}

const why = (id: BackendId, adapter: AdapterInfo | null): string => {
  if (id === 'webgpu') return adapter?.software ? 'WebGPU on a software adapter' : 'the graphics card through WebGPU'
  if (id === 'wasm')
    return adapter?.software ? 'WebAssembly, because the only graphics adapter is software and slower' : 'WebAssembly on the processor'
  return id === 'webgl' ? 'the graphics card through WebGL' : 'plain JavaScript on the processor, which is slow'
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Starts the wanted backend, or the best that works, and reports what runs and why. */
export const startBackend = async (engine: EngineTf, prefer: BackendId | 'auto'): Promise<Result<BackendReport>> => {
  const adapter = prefer === 'auto' || prefer === 'webgpu' ? await engine.adapter().catch(() => null) : null
  const best = backendOrder(adapter)
  const order = prefer === 'auto' ? best : [prefer, ...best.filter(id => id !== prefer)]
  const missing: string[] = []
  for (const id of order) {
    const problem = await tryStart(engine, id)
    if (problem) {
      missing.push(problem)
      continue
    }
    const forced = prefer === id ? `${BACKEND_NAMES[id]}, as chosen in the training settings` : capital(why(id, adapter))
    return ok({
      backend: id,
      adapter: id === 'webgpu' && adapter ? `${adapter.name || 'unnamed adapter'}${adapter.software ? ' (software)' : ''}` : '',
      threads: id === 'wasm' && engine.kernels?.spawn ? engine.kernels.threads : 1,
      reason: `${missing.length ? `${missing.join('; ')}: ` : ''}${missing.length ? `now ${why(id, adapter)}` : forced}.`,
      fellBack: prefer !== 'auto' && prefer !== id,
    })
  }
  return fail('engine/no-backend', `No way to compute works here: ${missing.join('; ')}.`)
}
