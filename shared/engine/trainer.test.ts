import { describe, expect, it } from 'vitest'
import { LOSSES } from '../graph/document.ts'
import { chain, clouds, collect, convnet, jobOf, line, mlp, only, startEngine } from './engine.testkit.ts'
import { losses } from './losses.ts'
import type { NamedWeight, TrainEvent } from './protocol.ts'
import { isBroken } from './step.ts'
import { getWeights, setWeights } from './weights.ts'

const flow = (events: readonly TrainEvent[]): string => {
  const types = events.map(event => event.type)
  return types.filter((type, i) => type !== 'batch' || types[i - 1] !== 'batch').join(' ')
}

for (const backend of ['cpu', 'wasm'] as const)
  describe(`training on ${backend}`, () => {
    it('teaches a small network its classes', async () => {
      const running = await startEngine(backend)
      const job = jobOf(mlp({ epochs: 12 }), clouds([4]), running)
      const events = await collect(job, running.engine)
      const epochs = only(events, 'epoch')
      expect(epochs).toHaveLength(12)
      expect(epochs.at(-1)?.train.loss).toBeLessThan((epochs[0]?.train.loss ?? 0) / 2)
      expect(epochs.at(-1)?.validation?.accuracy).toBeGreaterThan(0.9)
      expect(flow(events)).toMatch(/^started (batch epoch )+done$/)
      job.model.dispose()
    })

    it('teaches a convolutional network, and the same seed gives the same losses bit for bit', async () => {
      const running = await startEngine(backend)
      const losses = async (seed: number) => {
        const job = jobOf(convnet({ epochs: 3, seed }), clouds([8, 8, 1]), running)
        const events = await collect(job, running.engine)
        job.model.dispose()
        return only(events, 'epoch').map(e => [e.train.loss, e.train.accuracy, e.validation?.loss])
      }
      const first = await losses(1)
      expect(first[2]?.[0]).toBeLessThan(first[0]?.[0] ?? 0)
      expect(await losses(1)).toEqual(first)
      expect(await losses(2)).not.toEqual(first)
    })
  })

describe('losses', () => {
  const last = {
    sparseCategoricalCrossentropy: 'softmax',
    categoricalCrossentropy: 'softmax',
    binaryCrossentropy: 'sigmoid',
    meanSquaredError: 'linear',
  }
  for (const loss of LOSSES)
    for (const activation of [last[loss], 'softplus'])
      it(`${loss} with ${activation} outputs falls`, async () => {
        const running = await startEngine('wasm')
        const project = chain(
          [
            ['in', 'input', { shape: [4] }],
            ['out', 'dense', { units: 3, activation }],
          ],
          { loss, batchSize: 16, epochs: 6, learningRate: 0.03 },
        )
        const job = jobOf(project, clouds([4]), running)
        const epochs = only(await collect(job, running.engine), 'epoch')
        expect(epochs.at(-1)?.train.loss).toBeLessThan(epochs[0]?.train.loss ?? 0)
        expect(epochs.at(-1)?.train.loss).toBeGreaterThan(0)
        job.model.dispose()
      })

  it('mean squared error learns a line, without an accuracy', async () => {
    const running = await startEngine('wasm')
    const links = [
      ['in', 'input', { shape: [2] }],
      ['out', 'dense', { units: 1 }],
    ] as const
    const job = jobOf(
      chain(links, { loss: 'meanSquaredError', optimizer: 'sgd', learningRate: 0.1, epochs: 10, batchSize: 16 }),
      line(),
      running,
    )
    const epochs = only(await collect(job, running.engine), 'epoch')
    expect(epochs.at(-1)?.train.loss).toBeLessThan(0.001)
    expect(epochs.at(-1)?.train.accuracy).toBeNaN()
    job.model.dispose()
  })

  it('one sigmoid output tells two classes apart', async () => {
    const running = await startEngine('wasm')
    const links = [
      ['in', 'input', { shape: [4] }],
      ['out', 'dense', { units: 1, activation: 'sigmoid' }],
    ] as const
    const job = jobOf(chain(links, { loss: 'binaryCrossentropy', learningRate: 0.05, epochs: 8, batchSize: 16 }), clouds([4], 2), running)
    expect(only(await collect(job, running.engine), 'done')[0]?.validation?.accuracy).toBeGreaterThan(0.9)
    job.model.dispose()
  })
})

describe('commands', () => {
  it('steps over the end of an epoch when it was paused there', async () => {
    const running = await startEngine('wasm')
    const job = jobOf(mlp({ epochs: 3 }), clouds([4]), running)
    const batches = Math.ceil(job.data.train.count / job.setup.batchSize)
    const events = await collect(job, running.engine, event => {
      if (event.type === 'batch' && event.step === batches) return [{ type: 'pause' }]
      if (event.type === 'paused') return [{ type: 'step' }, { type: 'step' }]
      return event.type === 'batch' && event.step === batches + 2 ? [{ type: 'stop' }] : []
    })
    const types = events.map(({ type }) => type)
    expect(types.slice(types.indexOf('paused'))).toEqual(['paused', 'epoch', 'batch', 'batch', 'stopped'])
    expect(only(events, 'paused')[0]?.step).toBe(batches)
    job.model.dispose()
  })

  it('pause, step twice, change the rate, resume and stop come in that order, each answered within a step', async () => {
    const running = await startEngine('wasm')
    const job = jobOf(mlp({ epochs: 500 }), clouds([4]), running)
    let seen = 0
    const events = await collect(job, running.engine, event => {
      seen += 1
      if (event.type === 'batch' && seen === 2) return [{ type: 'pause' }]
      if (event.type === 'paused') return [{ type: 'step' }, { type: 'step' }, { type: 'learningRate', value: 0.5 }, { type: 'resume' }]
      if (event.type === 'resumed') return [{ type: 'stop' }]
      return []
    })
    expect(flow(events)).toBe('started batch paused batch changed resumed stopped')
    const paused = only(events, 'paused')[0]?.step ?? 0
    expect(only(events, 'batch').map(b => b.step)).toEqual([1, paused + 1, paused + 2])
    expect(only(events, 'changed')[0]).toMatchObject({ from: 0.01, to: 0.5 })
    expect(only(events, 'stopped')[0]?.step).toBe(paused + 2)
    job.model.dispose()
  })
})

describe('what goes wrong', () => {
  it('a loss that blows up stops at once, names the layer and brings the last good weights back', async () => {
    for (const backend of ['cpu', 'wasm'] as const) {
      const running = await startEngine(backend)
      const project = chain(
        [
          ['in', 'input', { shape: [2] }],
          ['first', 'dense', { units: 4 }],
          ['second', 'dense', { units: 1 }],
        ],
        { loss: 'meanSquaredError', optimizer: 'sgd', learningRate: 1e6, epochs: 5, batchSize: 16 },
      )
      const job = jobOf(project, line(), running)
      const before = await getWeights(job.model)
      const events = await collect(job, running.engine)
      const failed = only(events, 'failed')[0]
      expect(failed?.issue.code).toBe('train/not-finite')
      expect(failed?.issue.node).toBe('second')
      expect(failed?.issue.message).toMatch(/output of "second".*smaller learning rate/)
      expect(events.at(-1)?.type).toBe('failed')
      expect(await getWeights(job.model)).toEqual(before)
      job.model.dispose()
    }
  })

  it('looks at every weight after each epoch, also at those that the loss does not show', async () => {
    const running = await startEngine('wasm')
    const project = chain(
      [
        ['in', 'input', { shape: [4] }],
        ['norm', 'batchNormalization', {}],
        ['out', 'dense', { units: 3, activation: 'softmax' }],
      ],
      { batchSize: 16, epochs: 4, learningRate: 0.01 },
    )
    const job = jobOf(project, clouds([4]), running)
    const kept: (readonly NamedWeight[])[] = []
    // A mean that only inference uses.
    const broken = { name: 'norm/moving_mean', shape: [4], values: new Float32Array(4).fill(Number.NaN) }
    const events = await collect(
      job,
      running.engine,
      event => {
        if (event.type === 'epoch' && event.epoch === 2) setWeights(running.engine.tf, job.model, [broken])
        return []
      },
      (_epoch, weights) => kept.push(weights),
    )
    expect(only(events, 'epoch')).toHaveLength(2)
    expect(only(events, 'failed')[0]?.issue).toMatchObject({ code: 'train/not-finite', node: 'norm' })
    expect(only(events, 'batch').every(({ loss }) => Number.isFinite(loss))).toBe(true)
    expect(kept).toHaveLength(2)
    expect(await getWeights(job.model)).toEqual(kept[1])
    job.model.dispose()
  })

  it('a loss below zero is broken, which a card that masks what is not a number may give', () => {
    expect(isBroken(-356.5, true)).toBe(true)
    expect(isBroken(-1e-9, true)).toBe(false)
    expect(LOSSES.filter(id => losses[id].positive)).toEqual(LOSSES)
  })

  it('names the first layer whose output overflows, not those after it', async () => {
    const running = await startEngine('wasm')
    const job = jobOf(mlp(), clouds([4]), running)
    setWeights(running.engine.tf, job.model, [{ name: 'hidden/kernel', shape: [4, 10], values: new Float32Array(40).fill(3e38) }])
    expect(only(await collect(job, running.engine), 'failed')[0]?.issue.message).toMatch(
      /^The loss became .* at step 1\. The first to break is the output of "hidden"/,
    )
    job.model.dispose()
  })

  it('says how many outputs the data wants, and which shape', async () => {
    const running = await startEngine('cpu')
    const five = jobOf(mlp({}, 5), clouds([4]), running)
    expect(only(await collect(five, running.engine), 'failed')[0]?.issue.message).toBe(
      'The last layer gives 5, but the data has 3 classes: make it give 3 values.',
    )
    const wide = jobOf(mlp(), clouds([7]), running)
    expect(only(await collect(wide, running.engine), 'failed')[0]?.issue.code).toBe('train/input-mismatch')
    five.model.dispose()
    wide.model.dispose()
  })
})
