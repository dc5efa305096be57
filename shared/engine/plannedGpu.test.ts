import { afterAll, describe, expect, it } from 'vitest'
import { openDawn } from '../../node/dawn.ts'
import type { Part } from '../data/prepared.ts'
import { resolve } from '../graph/resolve.ts'
import type { GpuDevice } from '../kernels/webgpu/gpu.ts'
import { unwrap } from '../result.ts'
import { chain, clouds, collect, convnet, jobOf, line, only, startEngine } from './engine.testkit.ts'
import { startGpu } from './gpu.testkit.ts'
import { card, errors, missing } from './plan/webgpu/card.testkit.ts'
import { apart, withNorm } from './planned.testkit.ts'
import type { NamedWeight, TrainCommand, TrainEvent } from './protocol.ts'
import type { TrainDeps, TrainJob } from './trainer.ts'
import { getWeights } from './weights.ts'

const startCard = (planDevice: GpuDevice = card()) => startGpu(card(), { planDevice })

type Project = Parameters<typeof jobOf>[0]
type On = (event: TrainEvent, job: TrainJob) => readonly TrainCommand[]

/** Trains a project where `running` computes, waits for what was begun meanwhile, then reads the weights. */
const trained = async (
  project: Project,
  data: TrainJob['data'],
  running: Awaited<ReturnType<typeof startEngine>>,
  on: On = () => [],
  keep?: TrainDeps['keep'],
  more: Partial<TrainJob> = {},
  begun: readonly Promise<unknown>[] = [],
) => {
  const before = running.engine.tf.memory().numTensors
  const job: TrainJob = { ...jobOf(project, data, running), resolved: resolve(project), ...more }
  const events = await collect(job, running.engine, event => on(event, job), keep)
  await Promise.all(begun)
  const weights = await getWeights(job.model)
  job.model.dispose()
  expect(running.engine.tf.memory().numTensors).toBe(before)
  return { events, weights, epochs: only(events, 'epoch'), report: only(events, 'started')[0]?.backend }
}

const DATA = clouds([8, 8, 1])
const long = { ...withNorm, training: { ...withNorm.training, epochs: 12 } }

/** Layers wide enough that a step takes longer than giving it to the card. */
const wide = (epochs: number, batchSize = 16) =>
  chain(
    [
      ['in', 'input', { shape: [4] }],
      ['first', 'dense', { units: 96 }],
      ['second', 'dense', { units: 96 }],
      ['out', 'dense', { units: 3, activation: 'softmax' }],
    ],
    { batchSize, epochs },
  )

describe.skipIf(missing)('training by plan on a graphics card', () => {
  afterAll(() => {
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

  it('gives it with channels apart, larger images and layer normalisation, too', async () => {
    const gpu = await trained(apart, DATA, await startCard())
    const wasm = await trained(apart, DATA, await startEngine('wasm'))
    expect([gpu.report?.engine, wasm.report?.engine]).toEqual(['plan', 'plan'])
    for (const [i, { train, validation }] of gpu.epochs.entries()) {
      expect(train.loss).toBeCloseTo(wasm.epochs[i]?.train.loss ?? 0, 4)
      expect(validation?.loss).toBeCloseTo(wasm.epochs[i]?.validation?.loss ?? 0, 4)
    }
    expect(gpu.weights.map(w => w.name)).toEqual(wasm.weights.map(w => w.name))
    for (const [i, weight] of gpu.weights.entries())
      for (const [k, value] of weight.values.entries()) expect(value, weight.name).toBeCloseTo(wasm.weights[i]?.values[k] ?? Number.NaN, 4)
  })

  it('tells with every epoch the weights that it ended with, although the next is under way by then', async () => {
    const kept = async (running: Awaited<ReturnType<typeof startEngine>>) => {
      const all: (readonly NamedWeight[])[] = []
      await trained(withNorm, DATA, running, undefined, (_, weights) => all.push(weights))
      return all
    }
    const gpu = await kept(await startCard())
    const wasm = await kept(await startEngine('wasm'))
    expect(gpu).toHaveLength(3)
    for (const [epoch, weights] of gpu.entries())
      for (const [i, { values }] of weights.entries())
        for (const [k, value] of values.entries()) expect(value).toBeCloseTo(wasm[epoch]?.[i]?.values[k] ?? Number.NaN, 2)
    const kernels = gpu.map(weights => weights[0]?.values[0])
    expect(new Set(kernels).size).toBe(3)
  })

  it('tells no rates and times that leave out what was computed while a validation was asked for', async () => {
    const all = clouds([4], 3, 2400)
    const first = ({ inputs, targets }: Part, count: number): Part => ({
      inputs: inputs.subarray(0, 4 * count),
      targets: targets.subarray(0, count),
      count,
    })
    let started = 0
    const note: On = event => {
      if (event.type === 'started') started = performance.now()
      return []
    }
    const data = { ...all, train: first(all.train, 160), validation: first(all.validation, 400) }
    const { events } = await trained(wide(12), data, await startCard(), note)
    const wall = (performance.now() - started) / 1000
    expect(only(events, 'done')[0]?.seconds).toBeGreaterThan(wall / 4)
    expect(only(events, 'batch').at(-1)?.imagesPerSecond).toBeLessThan((4 * 12 * 160) / wall)
  })

  it('tells of no epoch that took next to no time, although several are told at once after something else took long', async () => {
    const rest: On = event => {
      const until = performance.now() + (event.type === 'epoch' && event.epoch % 10 === 0 ? 200 : 0)
      while (performance.now() < until);
      return []
    }
    const { epochs } = await trained(wide(40, 80), clouds([4]), await startCard(), rest)
    const seconds = epochs.map(epoch => epoch.seconds).toSorted((a, b) => a - b)
    expect(seconds[0]).toBeGreaterThan((seconds[20] ?? 0) / 20)
  })

  it('repeats itself bit by bit, dropout included', async () => {
    const once = async () => {
      const { epochs, weights } = await trained(convnet({ epochs: 2 }), DATA, await startCard())
      return { weights, scores: epochs.map(({ train, validation }) => ({ train, validation })) }
    }
    const first = await once()
    expect(first.scores).toHaveLength(2)
    expect(await once()).toEqual(first)
  })

  it('has brought the newest weights to the model when it pauses and when it stops', async () => {
    const seen: Promise<number>[] = []
    const { weights, events } = await trained(withNorm, DATA, await startCard(), (event, { model }) => {
      if (event.type === 'batch' && seen.length < 2) return event.step === 1 ? [{ type: 'pause' }] : []
      if (event.type === 'batch') return [{ type: 'stop' }]
      // Read past the hand-over, so that only what is in the model already counts.
      const kernel = model.getLayer('conv').getWeights()[0]
      if (kernel) seen.push(kernel.data().then(values => values[0] ?? Number.NaN))
      return event.type === 'paused' ? [{ type: 'step' }] : []
    })
    const types = events.map(e => e.type)
    expect(types.slice(types.indexOf('paused'))).toEqual(['paused', 'batch', 'stopped'])
    const [started, paused, stopped] = await Promise.all(seen)
    expect(paused).not.toBe(started)
    expect(stopped).not.toBe(paused)
    expect(stopped).toBe(weights[0]?.values[0])
  })

  it('tells of a new learning rate after the losses of the steps before it', async () => {
    const change: On = event => (event.type === 'batch' ? [{ type: 'learningRate', value: 0.01 / event.step }] : [])
    const { events } = await trained(long, DATA, await startCard(), change)
    const steps = events.flatMap(event => ('step' in event ? [event.step] : []))
    expect(only(events, 'changed').length).toBeGreaterThan(10)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  })

  it('shows its newest weights to several who look at the model while it trains', async () => {
    const seen: Promise<number>[] = []
    const look: On = (event, { model }) => {
      if (event.type === 'batch') for (let i = 0; i < 2; i++) seen.push(getWeights(model).then(w => w[0]?.values[0] ?? Number.NaN))
      return []
    }
    await trained(long, DATA, await startCard(), look, undefined, {}, seen)
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
        ['larger', 'upSampling2d', { interpolation: 'bilinear' }],
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

  it('gives the run of the cpu backend through tfjs too, with our kernels: strides, dilation, transposed and depthwise layers', async () => {
    const same = { padding: 'same', activation: 'relu' }
    const project = chain(
      [
        ['in', 'input', { shape: [8, 8, 1] }],
        ['wide', 'conv2d', { ...same, filters: 6, kernelSize: [3, 3], dilationRate: [2, 2] }],
        ['pool', 'maxPooling2d', { poolSize: [3, 3], strides: [2, 2], padding: 'same' }],
        ['deep', 'depthwiseConv2d', { ...same, kernelSize: [3, 3], depthMultiplier: 2 }],
        ['more', 'conv2dTranspose', { ...same, filters: 4, kernelSize: [3, 3], strides: [2, 2] }],
        ['flat', 'flatten'],
        ['out', 'dense', { units: 3, activation: 'softmax' }],
      ],
      { batchSize: 16, epochs: 2, learningRate: 0.003, optimizer: 'adamw', weightDecay: 0.01, clip: 'globalNorm', clipLimit: 1 },
    )
    const through = async (running: Awaited<ReturnType<typeof startEngine>>) =>
      trained(project, DATA, running, undefined, undefined, { engine: 'tfjs' })
    const gpu = await through(await startCard())
    const cpu = await through(await startEngine('cpu'))
    expect(gpu.report).toMatchObject({ backend: 'webgpu', engine: 'tfjs' })
    expect(gpu.epochs).toHaveLength(2)
    for (const [i, { train, validation }] of gpu.epochs.entries()) {
      expect(train.loss).toBeCloseTo(cpu.epochs[i]?.train.loss ?? 0, 3)
      expect(train.accuracy).toBeCloseTo(cpu.epochs[i]?.train.accuracy ?? 0, 4)
      expect(validation?.loss).toBeCloseTo(cpu.epochs[i]?.validation?.loss ?? 0, 3)
    }
    for (const [i, weight] of gpu.weights.entries())
      for (const [k, value] of weight.values.entries()) expect(value, weight.name).toBeCloseTo(cpu.weights[i]?.values[k] ?? Number.NaN, 2)
  })

  const another = async () => unwrap(await openDawn({ kind: 'software', flags: ['enable-dawn-features=disable_workgroup_init'] })).device

  it('tells of a lost card and ends with the weights of the last epoch', async () => {
    const device = await another()
    const kept: (readonly NamedWeight[])[] = []
    const lose: On = event => {
      if (event.type === 'batch' && event.epoch === 3) device.destroy()
      return []
    }
    const { events, weights, report } = await trained(long, DATA, await startCard(device), lose, (_epoch, good) => kept.push(good))
    expect(report?.engine).toBe('plan')
    expect(events.at(-1)).toMatchObject({ type: 'failed', issue: { code: 'engine/device-lost', message: 'The graphics device was lost.' } })
    expect(kept.length).toBeGreaterThanOrEqual(2)
    expect(kept.length).toBeLessThan(12)
    expect(weights).toEqual(kept.at(-1))
  })

  it('tells of a card that is lost while it is asked for a validation, and leaves no rejection unhandled', async () => {
    const device = await another()
    const running = await startCard(device)
    let breaths = 0
    // The first epoch takes five steps; the card goes when the first batch of its validation has been asked for.
    const breathe = async () => {
      if (++breaths === 6) device.destroy()
      await new Promise(resolve => setTimeout(resolve, breaths < 6 ? 0 : 20))
    }
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { events } = await trained(withNorm, DATA, { ...running, engine: { ...running.engine, breathe } })
    process.off('unhandledRejection', note)
    expect(only(events, 'epoch')).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'failed', issue: { code: 'engine/device-lost' } })
    expect(unhandled).toEqual([])
  })

  it('does so too where tfjs trains on the card', async () => {
    const device = await another()
    const kept: (readonly NamedWeight[])[] = []
    const project = chain(
      [
        ['in', 'input', { shape: [4] }],
        ['act', 'relu', { maxValue: 2 }],
        ['out', 'dense', { units: 3, activation: 'softmax' }],
      ],
      { batchSize: 40, epochs: 4 },
    )
    const lose: On = event => {
      if (event.type === 'batch' && event.epoch === 3) device.destroy()
      return []
    }
    const { events, weights, report } = await trained(project, clouds([4]), await startGpu(device), lose, (_epoch, good) => kept.push(good))
    expect(report?.engine).toBe('tfjs')
    expect(events.at(-1)).toMatchObject({ type: 'failed', issue: { code: 'engine/device-lost' } })
    expect(kept.length).toBeGreaterThanOrEqual(2)
    expect(weights).toEqual(kept.at(-1))
  })
})
