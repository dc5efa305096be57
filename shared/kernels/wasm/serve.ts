import type { WorkerOrder } from './host.ts'
import { type KernelExports, WORD, wasm } from './webAssembly.ts'

/** Rest while others work on the last pieces of a job, ms; it lets them have the processor where there are too few. */
const NAP = 0.2

/** The whole life of a worker: helps with every program, sleeps in between, returns when told to stop. */
export const serveKernels = ({ module, memory, thread }: WorkerOrder): void => {
  const { serve } = new wasm.Instance(module, { env: { memory } }).exports as KernelExports
  const words = new Int32Array(memory.buffer)
  Atomics.add(words, WORD.ready, 1)
  for (let seen = serve(thread); seen >= 0; seen = serve(thread))
    Atomics.wait(words, WORD.generation, seen, Atomics.load(words, WORD.done) ? Number.POSITIVE_INFINITY : NAP)
}
