import { describe, expect, it } from 'vitest'
import { libraries } from '../../node/libraries.ts'
import type { BackendId } from '../graph/document.ts'
import { unwrap } from '../result.ts'
import { backendOrder, startBackend } from './backends.ts'
import type { AdapterInfo, EngineTf, Tf } from './tf.ts'

/** A machine on which only some backends start; `silent`: setBackend answers true but another one stays, as tfjs does when one is blocked. */
const machine = (works: readonly BackendId[], adapter: AdapterInfo | null, silent: readonly BackendId[] = []): EngineTf => {
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

const all: BackendId[] = ['webgpu', 'wasm', 'webgl', 'cpu']

describe('choosing where to compute', () => {
  it('a real graphics card comes first, one of software after wasm', async () => {
    expect(backendOrder({ name: 'Apple M2', software: false })).toEqual(['webgpu', 'wasm', 'webgl', 'cpu'])
    const real = unwrap(await startBackend(machine(all, { name: 'Apple M2', software: false }), 'auto'))
    expect(real).toMatchObject({ backend: 'webgpu', adapter: 'Apple M2', fellBack: false })
    const soft = unwrap(await startBackend(machine(all, { name: 'SwiftShader', software: true }), 'auto'))
    expect(soft.backend).toBe('wasm')
    expect(soft.reason).toMatch(/software/)
  })

  it('a backend that was chosen is taken even when it is slow', async () => {
    const report = unwrap(await startBackend(machine(all, { name: 'SwiftShader', software: true }), 'webgpu'))
    expect(report).toMatchObject({ backend: 'webgpu', adapter: 'SwiftShader (software)', fellBack: false })
  })

  it('a missing one falls back and says so', async () => {
    const report = unwrap(await startBackend(machine(['wasm', 'cpu'], null), 'webgpu'))
    expect(report).toMatchObject({ backend: 'wasm', fellBack: true })
    expect(report.reason).toMatch(/^WebGPU is not available here: now WebAssembly/)
  })

  it('a backend that only pretends to have started is noticed', async () => {
    expect(unwrap(await startBackend(machine(['cpu'], null, ['wasm', 'webgl']), 'auto')).backend).toBe('cpu')
  })

  it('a machine on which nothing works gets a sentence', async () => {
    const result = await startBackend(machine([], null), 'auto')
    expect(result.ok ? '' : result.issues[0].message).toMatch(/^No way to compute works here/)
  })
})
