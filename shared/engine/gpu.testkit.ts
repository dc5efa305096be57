import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { registerGradients } from '../kernels/gradients.ts'
import { type GpuDevice, USAGE } from '../kernels/webgpu/gpu.ts'
import { registerGpuKernels } from '../kernels/webgpu/register.ts'
import { unwrap } from '../result.ts'
import { startBackend } from './backends.ts'
import { startEngine } from './engine.testkit.ts'
import type { BackendReport } from './protocol.ts'

let held: GpuDevice | null = null

const UNPROVEN: BackendReport = {
  backend: 'webgpu',
  adapter: 'null',
  threads: 1,
  reason: 'A device that computes nothing.',
  fellBack: false,
}

/** tfjs in Node with its WebGPU backend on this device, and plans on the same unless another is given. A device that `computes` nothing is not asked to prove that it does. */
export const startGpu = async (
  device: GpuDevice,
  { planDevice = device, computes = true }: { readonly planDevice?: GpuDevice; readonly computes?: boolean } = {},
) => {
  const { engine: plain } = await startEngine('cpu')
  // tfjs asks whether it is in a browser with WebGPU before it takes a device.
  Object.assign(globalThis, { WorkerGlobalScope: Object })
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true, writable: true })
  const { tf } = plain
  if (held !== device) {
    if (held) tf.removeBackend('webgpu')
    tf.registerBackend('webgpu', () => new WebGPUBackend(device as unknown as GPUDevice))
    held = device
  }
  const engine = { ...plain, load: async () => true, adapter: async () => ({ name: 'test', software: true }), device: () => planDevice }
  if (!computes) {
    await tf.setBackend('webgpu')
    registerGpuKernels(tf)
    registerGradients(tf)
    return { engine, report: UNPROVEN }
  }
  const report = unwrap(await startBackend(engine, 'webgpu'))
  if (report.backend !== 'webgpu') throw new Error(report.reason)
  return { engine, report }
}

/** What a device's users hold of its memory. */
export interface Held {
  buffers: number
  bytes: number
}

/** Counts the buffers of a device from now on, whoever makes them. */
export const counting = (device: GpuDevice): Held => {
  const alive: Held = { buffers: 0, bytes: 0 }
  const create = device.createBuffer.bind(device)
  Object.assign(device, {
    createBuffer(wanted: Parameters<GpuDevice['createBuffer']>[0]) {
      const buffer = create(wanted)
      const destroy = buffer.destroy.bind(buffer)
      let destroyed = false
      alive.buffers += 1
      alive.bytes += wanted.size
      return Object.assign(buffer, {
        destroy() {
          if (!destroyed) {
            alive.buffers -= 1
            alive.bytes -= wanted.size
          }
          destroyed = true
          destroy()
        },
      })
    },
  })
  return alive
}

/** Lets a device that computes nothing read zeros, so that what lies about in memory is not taken for weights that broke. */
export const readingZeros = (device: GpuDevice): void => {
  const create = device.createBuffer.bind(device)
  Object.assign(device, {
    createBuffer(wanted: Parameters<GpuDevice['createBuffer']>[0]) {
      const buffer = create(wanted)
      return wanted.usage & USAGE.mapRead ? Object.assign(buffer, { getMappedRange: () => new ArrayBuffer(wanted.size) }) : buffer
    },
  })
}

/** Fills every buffer with NaN that tfjs takes from now on for a tensor, so that values which nobody wrote are noticed. */
export const poisoning = (backend: unknown): void => {
  const { bufferManager, queue } = backend as WebGPUBackend
  const acquire = bufferManager.acquireBuffer.bind(bufferManager)
  bufferManager.acquireBuffer = (size, usage, ...more) => {
    const buffer = acquire(size, usage, ...more)
    if (usage & USAGE.storage && buffer.mapState === 'unmapped') queue.writeBuffer(buffer, 0, new Float32Array(size / 4).fill(Number.NaN))
    return buffer
  }
}
