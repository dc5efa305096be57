import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openDawn } from '../../node/dawn.ts'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import { startBackend } from './backends.ts'
import { chain, clouds, collect, jobOf, line, only, startEngine } from './engine.testkit.ts'
import { card, errors, missing } from './plan/webgpu/card.testkit.ts'
import type { GpuDevice } from './plan/webgpu/gpu.ts'
import type { TrainCommand, TrainEvent } from './protocol.ts'
import type { TrainJob } from './trainer.ts'
import { getWeights } from './weights.ts'

/** tfjs in Node with its WebGPU backend on the software driver; plans train on the device given, usually the same. */
const startCard = async (device: GpuDevice = card()) => {
  const { engine: plain } = await startEngine('cpu')
  // tfjs asks whether it is in a browser with WebGPU before it takes a device.
  vi.stubGlobal('WorkerGlobalScope', Object)
  vi.stubGlobal('navigator', { gpu: {} })
  if (!plain.tf.findBackendFactory('webgpu')) plain.tf.registerBackend('webgpu', () => new WebGPUBackend(card() as unknown as GPUDevice))
  const engine = { ...plain, load: async () => true, adapter: async () => ({ name: 'test', software: true }), device: () => device }
  const report = unwrap(await startBackend(engine, 'webgpu'))
  expect(report.reason).toContain('as chosen')
  return { engine, report }
}

type Project = Parameters<typeof jobOf>[0]
type On = (event: TrainEvent, job: TrainJob) => readonly TrainCommand[]

/** Trains a project where `running` computes, then reads the weights. */
const trained = async (project: Project, data: TrainJob['data'], running: Awaited<ReturnType<typeof startEngine>>, on: On = () => []) => {
  const before = running.engine.tf.memory().numTensors
  const job: TrainJob = { ...jobOf(project, data, running), resolved: resolve(project) }
  const events = await collect(job, running.engine, event => on(event, job))
  const weights = await getWeights(job.model)
  job.model.dispose()
  expect(running.engine.tf.memory().numTensors).toBe(before)
  return { events, weights, epochs: only(events, 'epoch'), report: only(events, 'started')[0]?.backend }
}

const DATA = clouds([8, 8, 1])
const withNorm = chain(
  [
    ['in', 'input', { shape: [8, 8, 1] }],
    ['conv', 'conv2d', { filters: 6, kernelSize: [3, 3], padding: 'same', useBias: false }],
    ['norm', 'batchNormalization', { momentum: 0.8 }],
    ['act', 'activation', { activation: 'relu' }],
    ['pool', 'globalAveragePooling2d'],
    ['out', 'dense', { units: 3, activation: 'softmax' }],
  ],
  { batchSize: 16, epochs: 3, learningRate: 0.01 },
)

describe.skipIf(missing)('training by plan on a graphics card', () => {
  afterAll(() => {
    vi.unstubAllGlobals()
    expect(errors).toEqual([])
  })

  it('gives the run that the processor gives, within rounding: scores, validation and weights', async () => {
    const gpu = await trained(withNorm, DATA, await startCard())
    const wasm = await trained(withNorm, DATA, await startEngine('wasm'))
    expect(gpu.report).toMatchObject({ backend: 'webgpu', engine: 'plan' })
    expect(gpu.report?.reason).toContain('Trained by the fast engine through WebGPU')
    expect(gpu.epochs).toHaveLength(3)
    for (const [i, { train, validation }] of gpu.epochs.entries()) {
      expect(train.loss).toBeCloseTo(wasm.epochs[i]?.train.loss ?? 0, 3)
      expect(train.accuracy).toBeCloseTo(wasm.epochs[i]?.train.accuracy ?? 0, 4)
      expect(validation?.loss).toBeCloseTo(wasm.epochs[i]?.validation?.loss ?? 0, 3)
    }
    expect(gpu.weights.map(w => w.name)).toEqual(wasm.weights.map(w => w.name))
    for (const [i, weight] of gpu.weights.entries())
      for (const [k, value] of weight.values.entries()) expect(value, weight.name).toBeCloseTo(wasm.weights[i]?.values[k] ?? Number.NaN, 2)
  })

  it('has brought the newest weights to the model when it pauses and when it stops', async () => {
    const seen: Promise<number>[] = []
    const { weights, events } = await trained(withNorm, DATA, await startCard(), (event, { model }) => {
      if (event.type === 'batch') return [{ type: event.step === 1 ? 'pause' : 'stop' }]
      // Read past the hand-over, so that only what is in the model already counts.
      const kernel = model.getLayer('conv').getWeights()[0]
      if (kernel) seen.push(kernel.data().then(values => values[0] ?? Number.NaN))
      return event.type === 'paused' ? [{ type: 'step' }] : []
    })
    expect(events.map(e => e.type)).toEqual(['started', 'batch', 'paused', 'batch', 'stopped'])
    const [started, paused, stopped] = await Promise.all(seen)
    expect(paused).not.toBe(started)
    expect(stopped).not.toBe(paused)
    expect(stopped).toBe(weights[0]?.values[0])
  })

  it('shows its newest weights to several who look at the model while it trains', async () => {
    const seen: Promise<number>[] = []
    await trained(withNorm, DATA, await startCard(), (event, { model }) => {
      if (event.type === 'batch') for (let i = 0; i < 2; i++) seen.push(getWeights(model).then(w => w[0]?.values[0] ?? Number.NaN))
      return []
    })
    const values = await Promise.all(seen)
    expect(new Set(values).size).toBeGreaterThan(3)
    expect(values.every(Number.isFinite)).toBe(true)
  })

  it('trains a head on kept outputs of frozen layers, then fine-tunes, as the processor does', async () => {
    const project = chain(
      [
        ['in', 'input', { shape: [8, 8, 1] }],
        ['conv', 'conv2d', { filters: 6, kernelSize: [3, 3], activation: 'relu' }, { frozen: true }],
        ['flat', 'flatten'],
        ['out', 'dense', { units: 3, activation: 'softmax' }],
      ],
      { batchSize: 16, epochs: 2, learningRate: 0.01, fineTune: { epochs: 1, learningRate: 0.001, unfreeze: 'all' } },
    )
    const gpu = await trained(project, DATA, await startCard())
    const wasm = await trained(project, DATA, await startEngine('wasm'))
    const phases = only(gpu.events, 'phase')
    expect(phases.map(p => [p.phase, p.backend.backend, p.backend.engine, p.features?.node])).toEqual([
      ['head', 'webgpu', 'plan', 'flat'],
      ['fineTune', 'webgpu', 'plan', undefined],
    ])
    for (const [i, { train, validation }] of gpu.epochs.entries()) {
      expect(train.loss).toBeCloseTo(wasm.epochs[i]?.train.loss ?? 0, 3)
      expect(validation?.loss).toBeCloseTo(wasm.epochs[i]?.validation?.loss ?? 0, 3)
    }
    for (const [i, weight] of gpu.weights.entries())
      for (const [k, value] of weight.values.entries()) expect(value, weight.name).toBeCloseTo(wasm.weights[i]?.values[k] ?? Number.NaN, 2)
  })

  it('stops with the weights of the last good epoch when the numbers break', async () => {
    const project = chain(
      [
        ['in', 'input', { shape: [2] }],
        ['out', 'dense', { units: 1 }],
      ],
      { ...{ loss: 'meanSquaredError', optimizer: 'sgd', batchSize: 16, epochs: 40, learningRate: 50 } },
    )
    const { events, weights } = await trained(project, line(), await startCard())
    expect(only(events, 'failed')[0]?.issue.code).toMatch(/^train\//)
    expect(weights.every(w => w.values.every(Number.isFinite))).toBe(true)
  })

  it('leaves networks with other layers to tfjs and says which layer it was', async () => {
    const project = chain(
      [
        ['in', 'input', { shape: [4, 4, 1] }],
        ['larger', 'upSampling2d', {}],
        ['flat', 'flatten', {}],
        ['out', 'dense', { units: 3, activation: 'softmax' }],
      ],
      { batchSize: 50, epochs: 1 },
    )
    const { report, events } = await trained(project, clouds([4, 4, 1]), await startCard())
    expect(report?.engine).toBe('tfjs')
    expect(report?.reason).toContain('"larger" (UpSampling2D) has no plan yet')
    expect(events.at(-1)?.type).toBe('done')
  })

  it('tells of a lost card and ends', async () => {
    const { device } = unwrap(await openDawn({ kind: 'software', flags: ['enable-dawn-features=disable_workgroup_init'] }))
    const { events } = await trained(withNorm, DATA, await startCard(device), event => {
      if (event.type === 'batch') device.destroy()
      return []
    })
    expect(events.at(-1)).toMatchObject({ type: 'failed', issue: { code: 'engine/device-lost' } })
  })
})
