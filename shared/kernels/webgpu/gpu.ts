// The part of the WebGPU API that plans use, in words of its own: `shared` knows no DOM, and the device is passed in.

/** Something that is only handed back to the device, told apart by the name that `@webgpu/types` gives it. */
interface Handle<Name extends string> {
  readonly __brand: Name
  label: string
}
export type GpuShader = Handle<'GPUShaderModule'>
export type GpuGroupLayout = Handle<'GPUBindGroupLayout'>
export type GpuPipelineLayout = Handle<'GPUPipelineLayout'>
export type GpuPipeline = Handle<'GPUComputePipeline'>
export type GpuGroup = Handle<'GPUBindGroup'>
export type GpuCommands = Handle<'GPUCommandBuffer'>

/** A piece of device memory. */
export interface GpuBuffer {
  readonly size: number
  mapAsync(mode: number): Promise<unknown>
  getMappedRange(): ArrayBuffer
  unmap(): void
  destroy(): void
}

export interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void
  setBindGroup(index: number, group: GpuGroup): void
  dispatchWorkgroups(x: number, y?: number): void
  end(): void
}

export interface GpuEncoder {
  beginComputePass(): GpuPass
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): void
  finish(): GpuCommands
}

interface LayoutEntry {
  readonly binding: number
  readonly visibility: number
  readonly buffer: { readonly type: 'uniform' | 'storage' | 'read-only-storage' }
}
interface GroupEntry {
  readonly binding: number
  /** A `GpuBinding`; unknown, because the standard's own type allows more than buffers. */
  readonly resource: unknown
}

/** A piece of a buffer, in bytes. */
export interface GpuBinding {
  readonly buffer: GpuBuffer
  readonly offset: number
  readonly size: number
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
    submit(commands: GpuCommands[]): void
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBuffer, dataOffset?: number, size?: number): void
    onSubmittedWorkDone(): Promise<unknown>
  }
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  createBuffer(wanted: { label: string; size: number; usage: number }): GpuBuffer
  createShaderModule(wanted: { label: string; code: string }): GpuShader
  createBindGroupLayout(wanted: { entries: LayoutEntry[] }): GpuGroupLayout
  createPipelineLayout(wanted: { bindGroupLayouts: GpuGroupLayout[] }): GpuPipelineLayout
  createComputePipelineAsync(wanted: {
    label?: string
    layout: GpuPipelineLayout | 'auto'
    compute: { module: GpuShader; entryPoint?: string }
  }): Promise<GpuPipeline>
  createComputePipeline(wanted: {
    label?: string
    layout: GpuPipelineLayout | 'auto'
    compute: { module: GpuShader; entryPoint?: string }
  }): GpuPipeline
  createBindGroup(wanted: { layout: GpuGroupLayout; entries: GroupEntry[] }): GpuGroup
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

/** Layout of a group that binds a block of uniforms and then these buffers, in this order. */
export const groupLayout = (device: GpuDevice, buffers: readonly { readonly written?: boolean }[]): GpuGroupLayout => {
  const types = ['uniform' as const, ...buffers.map(({ written }) => (written ? ('storage' as const) : ('read-only-storage' as const)))]
  return device.createBindGroupLayout({ entries: types.map((type, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } })) })
}
