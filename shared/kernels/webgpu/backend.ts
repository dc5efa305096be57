import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'
import { sizeOf } from '../../layers/shape.ts'
import type { GpuBuffer, GpuDevice } from './gpu.ts'

/** One dispatch as tfjs's WebGPU backend wants it described; it declares the buffers, under `variableNames` and `result`, and calls `main`. */
export interface BackendProgram {
  readonly variableNames: string[]
  readonly outputShape: number[]
  readonly dispatchLayout: { readonly x: number[]; readonly y: number[] }
  readonly dispatch: [number, number, number]
  readonly workgroupSize: [number, number, number]
  readonly uniforms: string
  /** Tells programs apart: the backend keeps pipelines by it. */
  shaderKey: string
  getUserCode(): string
}

/** The part of tfjs's `WebGPUBackend` that our kernels use; all of it is public there. */
export interface GpuBackend extends tfjs.KernelBackend {
  readonly device: GpuDevice
  readonly tensorMap: {
    get(id: tfjs.DataId): { readonly resource?: unknown; readonly dtype: tfjs.DataType }
  }
  makeTensorInfo(shape: number[], dtype: tfjs.DataType): tfjs.TensorInfo
  /** Gives a tensor its buffer, with its values where it has some. */
  uploadToGPU(id: tfjs.DataId): void
  runWebGPUProgram(
    program: BackendProgram,
    inputs: readonly tfjs.TensorInfo[],
    dtype: tfjs.DataType,
    uniforms: readonly { readonly type: 'uint32'; readonly data: number[] }[],
  ): tfjs.TensorInfo
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
}

/** Sizes that our kernels count on; WebGPU guarantees them but for its compatibility mode. */
const WANTED = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16_384,
  maxStorageBuffersPerShaderStage: 8,
} as const

const suiting = new WeakMap<GpuDevice, boolean>()

/** Whether a device takes our kernels. */
export const suits = (device: GpuDevice): boolean => {
  const known = suiting.get(device)
  if (known !== undefined) return known
  const enough = Object.entries(WANTED).every(([key, least]) => Number(Reflect.get(device.limits, key)) >= least)
  suiting.set(device, enough)
  return enough
}

/** The backend that computes now, when it is tfjs's WebGPU backend on a device that takes our kernels. */
export const gpuBackend = (tf: Tf): GpuBackend | null => {
  if (tf.getBackend() !== 'webgpu') return null
  const backend = tf.backend() as Partial<GpuBackend> | undefined
  return backend?.device && suits(backend.device) ? (backend as GpuBackend) : null
}

/** Floats of some shape that lie in a buffer of the device, from a place in bytes on. */
export interface DeviceValues {
  readonly shape: readonly number[]
  readonly buffer: GpuBuffer
  readonly offset: number
}

/** Tensors with copies of values that lie on the backend's device; nothing passes through the processor. */
export const tensorsOf = (tf: Tf, backend: GpuBackend, values: readonly DeviceValues[]): tfjs.Tensor[] => {
  // What the backend has not sent off yet could still write to a buffer that it gives out again.
  backend.ensureCommandEncoderReady()
  backend.endComputePassEncoder()
  backend.submitQueue()
  const encoder = backend.device.createCommandEncoder()
  const tensors = values.map(({ shape, buffer, offset }) => {
    const info = backend.makeTensorInfo([...shape], 'float32')
    encoder.copyBufferToBuffer(buffer, offset, bufferOf(backend, info), 0, 4 * sizeOf(shape))
    return tf.engine().makeTensorFromTensorInfo(info)
  })
  backend.device.queue.submit([encoder.finish()])
  return tensors
}

/** The buffer of a tensor, which it gets now if it has none yet. */
export const bufferOf = (backend: GpuBackend, { dataId }: Pick<tfjs.TensorInfo, 'dataId'>): GpuBuffer => {
  backend.uploadToGPU(dataId)
  const { resource } = backend.tensorMap.get(dataId)
  if (typeof resource === 'object' && resource !== null && 'mapAsync' in resource) return resource as GpuBuffer
  throw new Error('A weight or gradient does not lie in a buffer of the graphics card.')
}
