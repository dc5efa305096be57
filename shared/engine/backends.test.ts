import { describe, expect, it } from 'vitest'
import type { BackendId } from '../graph/document.ts'
import { unwrap } from '../result.ts'
import { backendOrder, startBackend } from './backends.ts'
import { machine } from './machine.testkit.ts'
import type { EngineTf } from './tf.ts'

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

  it('tells how many threads the fast engine can have before it starts', async () => {
    const spawn = () => ({ terminate: () => undefined })
    const kernels = { asset: async () => new Uint8Array(), threads: 3, spawn }
    const threads = async (engine: EngineTf, prefer: BackendId) => unwrap(await startBackend(engine, prefer)).threads
    expect(await threads({ ...machine(all, null), kernels }, 'wasm')).toBe(3)
    expect(await threads({ ...machine(all, null), kernels: { ...kernels, spawn: null } }, 'wasm')).toBe(1)
    expect(await threads({ ...machine(all, null), kernels }, 'cpu')).toBe(1)
  })

  it('a machine on which nothing works gets a sentence', async () => {
    const result = await startBackend(machine([], null), 'auto')
    expect(result.ok ? '' : result.issues[0].message).toMatch(/^No way to compute works here/)
  })
})
