import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { KernelHost } from '../shared/kernels/wasm/host.ts'

// The kernels live in the module; all that a worker does is to enter it.
const SERVE = `const { workerData: { module, memory, thread } } = require('node:worker_threads')
new WebAssembly.Instance(module, { env: { memory } }).exports.serve(thread)`

/** Kernels in Node: files from the `assets` folder, workers as threads that do not keep the process alive. */
export const kernelHost = (assets: string, threads = availableParallelism()): KernelHost => ({
  asset: async path => new Uint8Array(await readFile(join(assets, path))),
  threads,
  spawn: order => {
    const worker = new Worker(SERVE, { eval: true, workerData: order })
    worker.unref()
    return { terminate: () => void worker.terminate() }
  },
})
