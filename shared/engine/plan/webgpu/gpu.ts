// The part of the WebGPU API that plans use, in words of its own: `shared` knows no DOM, and the device is passed in.

/** Anything that is only handed back to the device: modules, layouts, pipelines, bind groups, finished commands. */
export interface GpuHandle {
  readonly label: string
}

/** A piece of device memory. */
export interface GpuBuffer {
  readonly size: number
  mapAsync(mode: number): Promise<unknown>
  getMappedRange(): ArrayBuffer
  unmap(): void
  destroy(): void
}

export interface GpuPass {
  setPipeline(pipeline: GpuHandle): void
  setBindGroup(index: number, group: GpuHandle): void
  dispatchWorkgroups(x: number, y?: number): void
  end(): void
}

export interface GpuEncoder {
  beginComputePass(): GpuPass
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): void
  finish(): GpuHandle
}

interface LayoutEntry {
  readonly binding: number
  readonly visibility: number
  readonly buffer: { readonly type: 'uniform' | 'storage' | 'read-only-storage' }
}
interface GroupEntry {
  readonly binding: number
  readonly resource: { readonly buffer: GpuBuffer; readonly offset: number; readonly size: number }
}

/** Limits that plans look at, bytes and counts. */
export interface GpuLimits {
  readonly maxBufferSize: number
  readonly maxStorageBufferBindingSize: number
  readonly maxComputeWorkgroupsPerDimension: number
}

/** A WebGPU device (`GPUDevice`). */
export interface GpuDevice {
  readonly limits: GpuLimits
  readonly queue: {
    submit(commands: GpuHandle[]): void
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBuffer, dataOffset?: number, size?: number): void
    onSubmittedWorkDone(): Promise<unknown>
  }
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  createBuffer(wanted: { label: string; size: number; usage: number }): GpuBuffer
  createShaderModule(wanted: { label: string; code: string }): GpuHandle
  createBindGroupLayout(wanted: { entries: LayoutEntry[] }): GpuHandle
  createPipelineLayout(wanted: { bindGroupLayouts: GpuHandle[] }): GpuHandle
  createComputePipelineAsync(wanted: {
    label: string
    layout: GpuHandle
    compute: { module: GpuHandle; entryPoint: string }
  }): Promise<GpuHandle>
  createBindGroup(wanted: { layout: GpuHandle; entries: GroupEntry[] }): GpuHandle
  createCommandEncoder(): GpuEncoder
  pushErrorScope(filter: 'validation' | 'out-of-memory' | 'internal'): void
  popErrorScope(): Promise<{ readonly message: string } | null>
  addEventListener(type: 'uncapturederror', listener: (event: { readonly error: { readonly message: string } }) => void): void
  removeEventListener(type: 'uncapturederror', listener: (event: { readonly error: { readonly message: string } }) => void): void
  destroy(): void
}

/** A WebGPU adapter (`GPUAdapter`). */
export interface GpuAdapter {
  readonly limits: GpuLimits
  requestDevice(wanted: { requiredLimits: Record<string, number> }): Promise<GpuDevice>
}

/** `GPUBufferUsage`, `GPUMapMode` and `GPUShaderStage`, whose numbers the standard fixes. */
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const
export const MAP_READ = 1
export const COMPUTE_STAGE = 4
/** Bind groups may start at multiples of this many bytes on every device. */
export const ALIGNMENT = 256

/** A device with as much memory per buffer as the adapter allows; all else that plans use is within WebGPU's guaranteed limits. */
export const requestDevice = (adapter: GpuAdapter): Promise<GpuDevice> => {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
  return adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } })
}
