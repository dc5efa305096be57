import type * as tfjs from '@tensorflow/tfjs'
import type { BackendId } from '../graph/document.ts'
import type { KernelHost } from '../kernels/wasm/host.ts'
import type { GpuDevice } from '../kernels/webgpu/gpu.ts'
import type { Libraries } from './libraries.ts'

/** The tfjs module itself, passed in by the surroundings. */
export type Tf = typeof tfjs

/** What a WebGPU adapter says about itself. */
export interface AdapterInfo {
  /** e.g. "Apple M2"; empty when the browser keeps it to itself. */
  readonly name: string
  /** True for SwiftShader, llvmpipe and other adapters that compute on the processor. */
  readonly software: boolean
}

/** tfjs with what only the surroundings know: how its backends are loaded here, and which graphics adapter there is. */
export interface EngineTf {
  readonly tf: Tf
  /** Loads the code of a backend so that `setBackend` can find it; false where it cannot exist. */
  load(backend: BackendId): Promise<boolean>
  /** The WebGPU adapter, or null without one. */
  adapter(): Promise<AdapterInfo | null>
  /** Our own WebAssembly kernels; absent where they cannot be had. */
  readonly kernels?: KernelHost
  /** The device that tfjs's WebGPU backend computes on, so that plans share it; null while another backend runs. */
  device?(): GpuDevice | null
  readonly libraries: Libraries
  /** Lets waiting messages and timers run, then returns; called between two training steps, so it must be fast. */
  breathe(): Promise<void>
}
