import { describe, expect, it } from 'vitest'
import { openDawn } from '../../../node/dawn.ts'
import { counted } from '../../bench/counts.ts'
import { chain, clouds, jobOf } from '../../engine/engine.testkit.ts'
import { startGpu } from '../../engine/gpu.testkit.ts'
import { objectiveOf } from '../../engine/objective.ts'
import { tfStepper } from '../../engine/steppers.ts'
import { unwrap } from '../../result.ts'

const dawn = await openDawn({ kind: 'null' })
if (!dawn.ok) console.warn(`Skipped: ${dawn.issues[0].message}`)

const lenet = chain(
  [
    ['in', 'input', { shape: [28, 28, 1] }],
    ['conv1', 'conv2d', { filters: 20, kernelSize: [5, 5], activation: 'relu' }],
    ['pool1', 'maxPooling2d', {}],
    ['conv2', 'conv2d', { filters: 50, kernelSize: [5, 5], activation: 'relu' }],
    ['pool2', 'maxPooling2d', {}],
    ['flat', 'flatten', {}],
    ['hidden', 'dense', { units: 256, activation: 'relu' }],
    ['out', 'dense', { units: 10, activation: 'softmax' }],
  ],
  { batchSize: 128, weightDecay: 0.01, optimizer: 'adam' },
)

/** Dispatches and submits per step; `limits` replaces some of the device's. */
const measured = async (limits: Readonly<Record<string, number>> = {}) => {
  const { device } = unwrap(await openDawn({ kind: 'null' }))
  const errors: string[] = []
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message))
  const real = device.limits
  Object.defineProperty(device, 'limits', { value: new Proxy(real, { get: (_, key) => limits[String(key)] ?? Reflect.get(real, key) }) })
  const counts = counted(device)
  const running = await startGpu(device, { computes: false })
  const { tf } = running.engine
  const job = jobOf(lenet, clouds([28, 28, 1], 10, 150), running)
  const stepper = tfStepper(tf, job, unwrap(objectiveOf(tf, job.model, lenet.training.loss, job.data)))
  const steps = (count: number) => {
    for (let i = 1; i <= count; i++) stepper.step(new Int32Array(128).fill(i), 1e-3, i)
  }
  steps(2)
  await stepper.read()
  Object.assign(counts, { dispatches: 0, submits: 0 })
  steps(20)
  const found = { dispatches: counts.dispatches / 20, submits: counts.submits / 20 }
  await stepper.dispose()
  job.model.dispose()
  expect(errors).toEqual([])
  return found
}

describe.skipIf(!dawn.ok)('A training step of LeNet through tfjs on WebGPU', () => {
  it('is a quarter of the dispatches that tfjs alone takes', async () => {
    expect(await measured()).toEqual({ dispatches: 47, submits: 4 })
  })

  it('goes by the kernels of tfjs alone on a device that is too small for ours', async () => {
    const { dispatches, submits } = await measured({ maxComputeInvocationsPerWorkgroup: 128 })
    expect(dispatches).toBeGreaterThan(180)
    expect(submits).toBeGreaterThan(12)
  })
})
