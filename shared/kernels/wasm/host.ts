import type { WasmMemory } from './webAssembly.ts'

/** What a worker needs to serve (`serveKernels`). */
export interface WorkerOrder {
  readonly module: object
  readonly memory: WasmMemory
  readonly thread: number
}

/** A running worker. */
export interface KernelWorker {
  terminate(): void
}

export const KERNEL_FILES = { relaxed: 'wasm/kernels-relaxed.wasm', plain: 'wasm/kernels.wasm' } as const

/** What the kernels ask of their surroundings. */
export interface KernelHost {
  /** Bytes of a file below `assets/`. */
  asset(path: string): Promise<Uint8Array<ArrayBuffer>>
  /** Threads that pay off here, the calling one included. */
  readonly threads: number
  /** Starts a worker; null where memory cannot be shared, then there is one thread. */
  readonly spawn: ((order: WorkerOrder) => KernelWorker) | null
}
