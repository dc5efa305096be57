import { libraries } from '../../node/libraries.ts'
import type { BackendId } from '../graph/document.ts'
import type { AdapterInfo, EngineTf, Tf } from './tf.ts'

/** A machine on which only some backends start; `silent`: setBackend answers true but another one stays, as tfjs does when one is blocked. */
export const machine = (works: readonly BackendId[], adapter: AdapterInfo | null, silent: readonly BackendId[] = []): EngineTf => {
  let running = 'cpu'
  const product = { data: async () => [11], dispose: () => undefined }
  const tf = {
    env: () => ({ set: () => undefined }),
    setBackend: async (id: BackendId) => {
      if (works.includes(id)) running = id
      return works.includes(id) || silent.includes(id)
    },
    getBackend: () => running,
    backend: () => ({}),
    getKernel: () => undefined,
    getGradient: () => ({ gradFunc: () => ({}) }),
    registerKernel: () => undefined,
    unregisterGradient: () => undefined,
    registerGradient: () => undefined,
    tidy: () => product,
  } as unknown as Tf
  return {
    tf,
    load: async id => id !== 'webgpu' || adapter !== null,
    adapter: async () => adapter,
    libraries,
    breathe: async () => undefined,
  }
}
