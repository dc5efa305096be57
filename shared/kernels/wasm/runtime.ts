import { fail, IssueError, issue, ok, type Result, toIssue } from '../../result.ts'
import { KERNEL_FILES, type KernelHost, type KernelWorker } from './host.ts'
import { PAGE } from './memory.ts'
import { type KernelExports, type WasmMemory, WORD, wasm } from './webAssembly.ts'

/** Kernels over a memory of their own, with the threads that serve them. */
export interface KernelRuntime {
  readonly memory: WasmMemory
  readonly threads: number
  /** Which of the two builds runs. */
  readonly build: keyof typeof KERNEL_FILES
  /** Runs jobs [from, end) of the program at this address to their end; throws an IssueError when a worker was lost. */
  run(program: number, from: number, end: number): void
  /** Ends the workers; the memory is given back when nothing holds it any more. */
  dispose(): void
}

export interface RuntimeOptions {
  /** Bytes of memory. */
  readonly bytes: number
  /** At most this many threads; the host decides when absent. */
  readonly threads?: number
  /** Forces a build; the best that validates when absent. */
  readonly build?: keyof typeof KERNEL_FILES
  /** Scratch memory: address and bytes per thread. */
  readonly scratch: number
  readonly scratchBytes: number
}

/** Rest while workers hold the last pieces of a job, ms. */
const NAP = 0.1
/** Longest that a worker may hold one piece of work, ms. */
const PATIENCE = 20_000
/** Longest that workers may take to start, ms; without them the work is done by fewer threads. */
const START_LIMIT = 5_000

const modules = new Map<string, object>()

const loadModule = async (
  host: KernelHost,
  wanted: RuntimeOptions['build'],
): Promise<{ build: keyof typeof KERNEL_FILES; module: object }> => {
  const builds = wanted ? [wanted] : (['relaxed', 'plain'] as const)
  for (const build of builds) {
    const known = modules.get(build)
    if (known) return { build, module: known }
    const bytes = await host.asset(KERNEL_FILES[build])
    if (!wasm.validate(bytes)) continue
    const module = new wasm.Module(bytes)
    modules.set(build, module)
    return { build, module }
  }
  throw new IssueError(issue('engine/no-simd', 'This processor or browser has no WebAssembly SIMD, which the fast engine needs.'))
}

const untilReady = async (words: Int32Array, count: number): Promise<void> => {
  const end = performance.now() + START_LIMIT
  while (Atomics.load(words, WORD.ready) < count && performance.now() < end)
    await new Promise<void>(resolve => {
      setTimeout(resolve, 1)
    })
}

const start = async (host: KernelHost, options: RuntimeOptions): Promise<KernelRuntime> => {
  const { build, module } = await loadModule(host, options.build)
  const pages = Math.ceil(options.bytes / PAGE)
  const memory = new wasm.Memory({ initial: pages, maximum: pages, shared: true })
  const words = new Int32Array(memory.buffer, 0, 256)
  words[WORD.scratch] = options.scratch
  words[WORD.scratchBytes] = options.scratchBytes
  words[WORD.done] = 1
  const kernels = new wasm.Instance(module, { env: { memory } }).exports as KernelExports
  const threads = host.spawn ? Math.max(1, options.threads ?? host.threads) : 1
  const workers: KernelWorker[] = []
  for (let thread = 1; thread < threads; thread++) if (host.spawn) workers.push(host.spawn({ module, memory, thread }))
  await untilReady(words, workers.length)
  return {
    memory,
    threads: 1 + Atomics.load(words, WORD.ready),
    build,
    run(program, from, end) {
      if (from >= end || kernels.run(program, from, end)) return
      const latest = performance.now() + PATIENCE
      while (!kernels.resume()) {
        Atomics.wait(words, WORD.done, 0, NAP)
        if (performance.now() > latest)
          throw new IssueError(issue('engine/worker-lost', 'A worker of the fast engine stopped answering; the run cannot go on.'))
      }
    },
    dispose() {
      Atomics.store(words, WORD.stop, 1)
      Atomics.add(words, WORD.generation, 1)
      Atomics.notify(words, WORD.generation)
      for (const worker of workers) worker.terminate()
    },
  }
}

/** Starts the kernels with memory and workers, or says why they cannot run here. */
export const startKernels = async (host: KernelHost, options: RuntimeOptions): Promise<Result<KernelRuntime>> => {
  try {
    return ok(await start(host, options))
  } catch (error) {
    if (error instanceof IssueError) return { ok: false, issues: [error.issue] }
    return fail('engine/no-kernels', `The fast engine could not start: ${toIssue(error).message}`)
  }
}
