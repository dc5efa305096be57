/** The part of WebAssembly that Netloom uses; every surrounding has it, but `shared` compiles without its types. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
}

interface WasmApi {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => WasmMemory
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { readonly exports: unknown }
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
}

export const wasm: WasmApi = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly

/** Exports of the kernel module. Addresses are in bytes; counts of jobs. */
export interface KernelExports {
  /** Runs jobs [from, end) of the program at `program`; 0 when a worker holds work for far too long. */
  run(program: number, from: number, end: number): number
  /** Goes on with a run that returned 0. */
  resume(): number
  /** Helps as a worker while there is work; returns the generation whose end to wait for, or -1 to stop. */
  serve(thread: number): number
}

/** Control words in memory as Int32 indices (`kernels/asm/schedule.ts`). */
export const WORD = { generation: 50, done: 51, stop: 52, ready: 53, scratch: 54, scratchBytes: 55 } as const
