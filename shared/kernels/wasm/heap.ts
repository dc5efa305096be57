import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'

/** A tensor as kernels see it: shape, type and a handle of the backend. */
export type Info = tfjs.TensorInfo
/** Inputs and attributes of a kernel call. */
export interface KernelArgs {
  readonly inputs: Readonly<Record<string, Info>>
  readonly attrs: Readonly<Record<string, unknown>>
}

/** The part of tfjs's wasm backend that kernels written here use. */
export interface WasmBackend {
  makeOutput(shape: readonly number[], dtype: 'float32'): Info
  typedArrayFromHeap(info: Info): Float32Array
  disposeData(dataId: object): boolean
}

/** Runs tfjs's own wasm kernels and reaches their memory. */
export interface WasmContext {
  readonly tf: Tf
  readonly backend: WasmBackend
  run(kernel: string, inputs: Readonly<Record<string, Info>>, attrs?: Readonly<Record<string, unknown>>): Info
  free(...infos: readonly Info[]): void
}

/** Opens the running wasm backend for kernels; call only while it is the active one. */
export const wasmContext = (tf: Tf): WasmContext => {
  const backend = tf.backend() as unknown as WasmBackend
  return {
    tf,
    backend,
    run: (kernel, inputs, attrs = {}) => {
      const found = tf.getKernel(kernel, 'wasm')
      if (!found) throw new Error(`The wasm backend has no kernel ${kernel}.`)
      return found.kernelFunc({ inputs: { ...inputs }, attrs: { ...attrs } as tfjs.NamedAttrMap, backend }) as Info
    },
    free: (...infos) => {
      for (const info of infos) backend.disposeData(info.dataId)
    },
  }
}

/** The named input, which the kernel cannot do without. */
export const input = (args: KernelArgs, name: string): Info => {
  const info = args.inputs[name]
  if (!info) throw new Error(`A kernel is missing its input ${name}.`)
  return info
}
