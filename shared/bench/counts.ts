import type { GpuDevice } from '../kernels/webgpu/gpu.ts'

/** What went to a device. */
export interface Counts {
  dispatches: number
  submits: number
}

/** Counts what goes to a device's queue; the device is changed in place, so that whoever holds it is counted. */
export const counted = (device: GpuDevice): Counts => {
  const counts: Counts = { dispatches: 0, submits: 0 }
  const { queue } = device
  const submit = queue.submit.bind(queue)
  queue.submit = commands => {
    counts.submits += 1
    submit(commands)
  }
  const encoderOf = device.createCommandEncoder.bind(device)
  device.createCommandEncoder = () => {
    const encoder = encoderOf()
    const passOf = encoder.beginComputePass.bind(encoder)
    encoder.beginComputePass = (...given) => {
      const pass = passOf(...given)
      const dispatch = pass.dispatchWorkgroups.bind(pass)
      pass.dispatchWorkgroups = (...size) => {
        counts.dispatches += 1
        dispatch(...size)
      }
      return pass
    }
    return encoder
  }
  return counts
}
