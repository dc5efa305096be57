import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { KernelHost } from '../shared/kernels/wasm/host.ts'
import { WORD } from '../shared/kernels/wasm/webAssembly.ts'

// What `serveKernels` does, as text, so that the worker needs no file of its own beside the bundle.
const SERVE = `const { workerData: { module, memory, thread } } = require('node:worker_threads')
const { serve } = new WebAssembly.Instance(module, { env: { memory } }).exports
const words = new Int32Array(memory.buffer)
Atomics.add(words, ${WORD.ready}, 1)
for (let seen = serve(thread); seen >= 0; seen = serve(thread))
  Atomics.wait(words, ${WORD.generation}, seen, Atomics.load(words, ${WORD.done}) ? Infinity : 0.2)`

/** Node 20 and 21 know fused multiply-add in WebAssembly, but want to be asked for it. */
const allowRelaxedSimd = (): void => {
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')
}

/** Kernels in Node: files from the `assets` folder, workers as threads that do not keep the process alive. */
export const kernelHost = (assets: string, threads = availableParallelism()): KernelHost => ({
  asset: async path => {
    allowRelaxedSimd()
    return new Uint8Array(await readFile(join(assets, path)))
  },
  threads,
  spawn: order => {
    const worker = new Worker(SERVE, { eval: true, workerData: order })
    worker.unref()
    return { terminate: () => void worker.terminate() }
  },
})
