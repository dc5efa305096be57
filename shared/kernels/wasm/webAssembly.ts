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
  /** The life of a worker; returns when told to stop. */
  serve(thread: number): void
}
