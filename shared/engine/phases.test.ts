import { describe, expect, it } from 'vitest'
import type { PreparedData } from '../data/prepared.ts'
import { node, project } from '../graph/build.testkit.ts'
import type { FineTune, ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { chain, clouds, collect, jobOf, type Link, only, startEngine } from './engine.testkit.ts'
import { featuresOf } from './features.ts'
import { phasesOf } from './phases.ts'
import type { NamedWeight, TrainEvent } from './protocol.ts'
import type { TrainJob } from './trainer.ts'
import { headAfter, trunksOf } from './trunk.ts'
import { getWeights, setWeights } from './weights.ts'

const ICE = { frozen: true }
const links = (more: readonly Link[] = []): Link[] => [
  ['in', 'input', { shape: [8, 8, 1] }],
  ['conv', 'conv2d', { filters: 4, kernelSize: [3, 3], activation: 'relu' }, ICE],
  ['norm', 'batchNormalization', {}, ICE],
  ['pool', 'maxPooling2d'],
  ...more,
  ['flat', 'flatten'],
  ['hidden', 'dense', { units: 12, activation: 'relu' }],
  ['drop', 'dropout', { rate: 0.3 }],
  ['out', 'dense', { units: 3, activation: 'softmax' }],
]
const net = (fineTune: FineTune | null = null, layers = links()): ProjectFile =>
  chain(layers, { batchSize: 16, epochs: 3, learningRate: 0.01, fineTune })
const data = () => clouds([8, 8, 1])
const ends = (doc: ProjectFile) => trunksOf(resolve(doc)).map(t => t.end)

const started = async (
  doc: ProjectFile,
  more: Partial<TrainJob> = {},
  backend: 'wasm' | 'cpu' = 'wasm',
  samples: PreparedData = data(),
) => {
  const running = await startEngine(backend)
  return { job: { ...jobOf(doc, samples, running), resolved: resolve(doc), ...more }, engine: running.engine }
}
const named = (weights: readonly NamedWeight[], name: string) => Array.from(weights.find(w => w.name === name)?.values ?? [])
const losses = (events: readonly TrainEvent[]) => only(events, 'epoch').flatMap(e => [e.train.loss, e.validation?.loss ?? Number.NaN])
const flow = (events: readonly TrainEvent[]) =>
  events
    .map(e => ('phase' in e && e.type !== 'phase' ? `${e.type}:${e.phase}` : e.type))
    .filter((type, i, all) => type !== all[i - 1])
    .join(' ')
const TUNE: FineTune = { epochs: 2, learningRate: 0.001, unfreeze: 'all' }

describe('a trunk', () => {
  it('ends at the last node before something learns or is random', () => {
    expect(ends(net())).toEqual(['conv', 'norm', 'pool', 'flat'])
    expect(ends(net(null, links([['noise', 'dropout', { rate: 0.1 }]])))).toEqual(['conv', 'norm', 'pool'])
    expect(ends(net(null, links([['more', 'batchNormalization', { scale: false, center: false }]])))).toEqual(['conv', 'norm', 'pool'])
    expect(ends(net(null, links([['gone', 'dropout', { rate: 0.1 }, { bypassed: true }]])))).toEqual(['conv', 'norm', 'pool', 'flat'])
    expect(
      ends(
        chain([
          ['in', 'input', { shape: [4] }],
          ['out', 'dense', { units: 3 }],
        ]),
      ),
    ).toEqual([])
  })

  it('goes round shortcuts, not through them, and what follows is a network of its own', () => {
    const conv = { filters: 4, kernelSize: [3, 3], padding: 'same' }
    const doc = project(
      [
        node('in', 'input', { shape: [8, 8, 4] }),
        node('a', 'conv2d', conv, ICE),
        node('b', 'conv2d', conv, ICE),
        node('add', 'add'),
        node('c', 'conv2d', conv),
      ],
      ['in>a', 'a>b', 'a>add', 'b>add', 'add>c'],
    )
    expect(ends(doc)).toEqual(['a', 'add'])
    const [first, last] = trunksOf(resolve(doc))
    expect(last).toMatchObject({ layers: 2, shape: [8, 8, 4] })
    if (!first) throw new Error('no trunk')
    const head = headAfter(resolve(doc), first)
    expect(head.order).toEqual(['a', 'b', 'add', 'c'])
    expect(head.nodes.get('add')?.sources).toEqual(['a', 'b'])
    expect(head.nodes.get('a')?.weights).toEqual([])
  })
})

describe('training on features', () => {
  it.each(['auto', 'tfjs'] as const)('gives the losses of training the whole network, by %s', async engine => {
    const kept = await started(net(), { engine })
    const events = await collect(kept.job, kept.engine)
    expect(flow(events)).toMatch(/^started features:head phase (batch:head epoch:head )+done$/)
    expect(only(events, 'phase')[0]).toMatchObject({ phase: 'head', epochs: 3, trainable: 36 * 12 + 12 + 39, note: null })
    const { features, backend } = only(events, 'phase')[0] ?? {}
    expect(features).toMatchObject({ layers: 2, node: 'flat', bytes: 4 * 36 * 100 })
    expect(features?.uncached).toBeGreaterThan(0)
    expect(backend?.engine).toBe(engine === 'auto' ? 'plan' : 'tfjs')

    const whole = await started(net(), { engine })
    // So seldom that no sample is ever changed, but nothing may be kept.
    const augmented = { ...whole.job, augment: { flip: 1e-12 } }
    const plain = await collect(augmented, whole.engine)
    expect(only(plain, 'phase')[0]).toMatchObject({ features: null, note: expect.stringContaining('augmentation') })
    losses(plain).forEach((loss, i) => {
      expect(losses(events)[i]).toBeCloseTo(loss, 4)
    })
    const [a, b] = [await getWeights(kept.job.model), await getWeights(whole.job.model)]
    for (const { name, values } of a)
      named(b, name).forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, 3)
      })
    kept.job.model.dispose()
    whole.job.model.dispose()
  })

  it('leaves the frozen layers alone, and whoever looks at the model meanwhile sees the newest head', async () => {
    const { job, engine } = await started(net())
    const before = await getWeights(job.model)
    const seen: Promise<NamedWeight[]>[] = []
    const events = await collect(job, engine, event => {
      if (event.type === 'epoch') seen.push(getWeights(job.model))
      return []
    })
    const looks = await Promise.all(seen)
    const after = await getWeights(job.model)
    for (const name of ['conv/kernel', 'norm/gamma', 'norm/moving_mean']) expect(named(after, name)).toEqual(named(before, name))
    expect(named(looks[0] ?? [], 'out/kernel')).not.toEqual(named(before, 'out/kernel'))
    expect(named(looks[1] ?? [], 'out/kernel')).not.toEqual(named(looks[0] ?? [], 'out/kernel'))
    expect(named(after, 'out/kernel')).toEqual(named(looks[2] ?? [], 'out/kernel'))
    expect(only(events, 'done')).toHaveLength(1)
    job.model.dispose()
  })

  it('keeps the outputs that the model gives, by the fast engine too', async () => {
    const outputs = async (engine: 'auto' | 'tfjs') => {
      const { job, engine: tf } = await started(net(), { engine })
      const [trunk] = phasesOf(job).flatMap(p => p.trunk ?? [])
      if (!trunk) throw new Error('no trunk')
      const made = featuresOf(tf, job, { ...trunk, end: 'pool', shape: [3, 3, 4] }, { breathe: async () => undefined })
      let step = await made.next()
      while (!step.done) step = await made.next()
      job.model.dispose()
      return step.value
    }
    const [fast, plain] = [await outputs('auto'), await outputs('tfjs')]
    expect(fast?.shape).toEqual([3, 3, 4])
    expect([fast?.train.count, fast?.validation.count, fast?.train.inputs.length]).toEqual([80, 20, 80 * 36])
    for (const part of ['train', 'validation'] as const)
      fast?.[part].inputs.forEach((value, i) => {
        expect(value).toBeCloseTo(plain?.[part].inputs[i] ?? Number.NaN, 5)
      })
    expect(Math.max(...(fast?.train.inputs ?? []))).toBeGreaterThan(0.1)
  })

  it('is not done where it would take too much memory, and says so', async () => {
    const { job } = await started(net())
    const many = { ...job.data, train: { ...job.data.train, count: 5_000_000 } }
    const [phase] = phasesOf({ ...job, data: many })
    expect(phase.trunk).toBeNull()
    expect(phase.note).toBe(
      'The outputs of the frozen layers would take 721 MB, more than the 537 MB that are kept; they are computed in each step.',
    )
    job.model.dispose()
  })
})

describe('fine-tuning', () => {
  it('sets the frozen layers free at its own rate after the head has learned, and leaves the model as frozen as it was', async () => {
    const { job, engine } = await started(net(TUNE))
    const kernels: NamedWeight[][] = [await getWeights(job.model)]
    const looks: Promise<unknown>[] = []
    const events = await collect(job, engine, event => {
      if (event.type === 'epoch') looks.push(getWeights(job.model).then(w => kernels.push(w)))
      return []
    })
    await Promise.all(looks)
    expect(flow(events)).toMatch(/^started features:head phase (batch:head epoch:head )+phase (batch:fineTune epoch:fineTune )+done$/)
    expect(only(events, 'started')[0]).toMatchObject({ epochs: 5, batches: 5 })
    expect(only(events, 'epoch').map(e => e.epoch)).toEqual([1, 2, 3, 4, 5])
    expect(only(events, 'phase')[1]).toMatchObject({ step: 15, phase: 'fineTune', epochs: 2, learningRate: 0.001, features: null })
    expect(only(events, 'done')[0]).toMatchObject({ step: 25, epochs: 5 })
    const conv = kernels.map(w => named(w, 'conv/kernel'))
    expect(conv[3]).toEqual(conv[0])
    expect(conv[5]).not.toEqual(conv[3])
    expect(named(kernels[5] ?? [], 'norm/gamma')).toEqual(named(kernels[0] ?? [], 'norm/gamma'))
    expect(job.model.getLayer('conv').trainable).toBe(false)
    job.model.dispose()
  })

  it.each(['lstm', 'gru', 'simpleRnn', 'bidirectional'])('sets a frozen %s free', async type => {
    const layers: Link[] = [
      ['in', 'input', { shape: [4, 2] }],
      ['reads', type, { units: 3 }, ICE],
      ['out', 'dense', { units: 3, activation: 'softmax' }],
    ]
    const { job, engine } = await started(net(TUNE, layers), {}, 'wasm', clouds([4, 2]))
    const before = await getWeights(job.model)
    const [head, tuned] = only(await collect(job, engine), 'phase')
    const own = before.filter(w => w.name.startsWith('reads/'))
    expect((tuned?.trainable ?? 0) - (head?.trainable ?? 0)).toBe(own.reduce((sum, w) => sum + w.values.length, 0))
    const after = await getWeights(job.model)
    for (const { name, values } of own) expect(named(after, name), name).not.toEqual(Array.from(values))
    job.model.dispose()
  })

  it('lets augmentation wait until the head has learned on what the frozen layers make of the samples as they are', async () => {
    const { job, engine } = await started(net(TUNE), { augment: { shift: 1 } })
    const [head, tuned] = phasesOf(job)
    expect(head).toMatchObject({ job: { augment: {} }, note: expect.stringContaining('augmentation begins with fine-tuning') })
    expect(head.trunk).not.toBeNull()
    expect(tuned).toMatchObject({ job: { augment: { shift: 1 } }, trunk: null })
    const events = await collect(job, engine)
    expect(only(events, 'phase')[0]?.features).toMatchObject({ node: 'flat' })
    expect(events.at(-1)?.type).toBe('done')
    job.model.dispose()
  })

  it('of the upper half keeps the outputs of the lower half', async () => {
    const second: Link = ['conv_2', 'conv2d', { filters: 4, kernelSize: [2, 2] }, ICE]
    const { job, engine } = await started(net({ ...TUNE, unfreeze: 'top' }, links([second])))
    const before = await getWeights(job.model)
    const [head, tuned] = only(await collect(job, engine), 'phase')
    expect(head?.features).toMatchObject({ node: 'flat', layers: 3 })
    expect(tuned?.features).toMatchObject({ node: 'pool', layers: 2 })
    const after = await getWeights(job.model)
    expect(named(after, 'conv/kernel')).toEqual(named(before, 'conv/kernel'))
    expect(named(after, 'conv_2/kernel')).not.toEqual(named(before, 'conv_2/kernel'))
    job.model.dispose()
  })

  it('obeys pause, step, rate and stop like the head, and time left counts both', async () => {
    const { job, engine } = await started(net({ ...TUNE, epochs: 400 }))
    let paused = 0
    const events = await collect(job, engine, event => {
      if (event.type === 'batch' && event.step === 1) return [{ type: 'pause' }]
      if (event.type === 'phase' && event.phase === 'fineTune') return [{ type: 'pause' }]
      if (event.type === 'paused' && ++paused === 1) return [{ type: 'step' }, { type: 'resume' }]
      if (event.type === 'paused')
        return [
          { type: 'step' },
          { type: 'learningRate', value: 0.5, phase: 'head' },
          { type: 'learningRate', value: 0.01, phase: 'fineTune' },
          { type: 'stop' },
        ]
      return []
    })
    expect(paused).toBe(2)
    expect(only(events, 'changed').map(({ from, to }) => [from, to])).toEqual([[0.001, 0.01]])
    expect(only(events, 'stopped')[0]?.step).toBe(16)
    const [first] = only(events, 'batch')
    const perStep = (first?.secondsLeft ?? 0) / (403 * 5)
    expect(perStep).toBeGreaterThan(0)
    job.model.dispose()
  })

  it('obeys pause, step and rate while features are being computed', async () => {
    const { job, engine } = await started(net(TUNE))
    const seen: string[] = []
    const events = await collect(job, engine, event => {
      if (event.type === 'features' && event.done === 0) return [{ type: 'pause' }]
      if (event.type !== 'paused') return []
      seen.push(event.type)
      return [{ type: 'step' }, { type: 'learningRate', value: 0.02, phase: 'head' }, { type: 'resume' }]
    })
    expect(seen).toHaveLength(1)
    expect(events.slice(1, 3).map(e => e.type)).toEqual(['features', 'paused'])
    expect(only(events, 'resumed')).toHaveLength(1)
    expect(only(events, 'changed').map(({ from, to }) => [from, to])).toEqual([[0.01, 0.02]])
    expect(only(events, 'phase').map(e => e.learningRate)).toEqual([0.02, 0.001])
    expect(events.at(-1)?.type).toBe('done')
    job.model.dispose()
  })

  it('stops while features are being computed, and leaves no tensors behind however it ends', async () => {
    const { job, engine } = await started(net(TUNE))
    const ways = [
      ['started', 'stop'],
      ['features', 'stop'],
      ['paused', 'stop'],
      ['batch', 'stop'],
      ['none', 'stop'],
    ] as const
    await collect(job, engine)
    const tensors = engine.tf.memory().numTensors
    for (const [at, type] of ways) {
      const events = await collect(job, engine, event => {
        if (event.type === at) return [{ type }]
        return at === 'paused' && event.type === 'features' ? [{ type: 'pause' }] : []
      })
      expect(events.at(-1)?.type).toBe(at === 'none' ? 'done' : 'stopped')
      expect(engine.tf.memory().numTensors).toBe(tensors)
      expect(job.model.getLayer('conv').trainable).toBe(false)
    }
    job.model.dispose()
  })

  it('trains everything at the second rate where nothing is frozen', async () => {
    const loose = links().map(([id, type, params = {}]): Link => [id, type, params])
    const { job, engine } = await started(net(TUNE, loose))
    const events = await collect(job, engine)
    expect(flow(events)).toMatch(/^started phase (batch:head epoch:head )+phase (batch:fineTune epoch:fineTune )+done$/)
    expect(only(events, 'phase').map(p => [p.phase, p.learningRate, p.features])).toEqual([
      ['head', 0.01, null],
      ['fineTune', 0.001, null],
    ])
    job.model.dispose()
  })

  it('leaves nothing behind when it cannot begin, because a weight is not a number', async () => {
    for (const engine of ['auto', 'tfjs'] as const) {
      const { job, engine: tf } = await started(net({ ...TUNE, epochs: 1 }), { engine })
      await collect(job, tf)
      const weights = await getWeights(job.model)
      weights.find(w => w.name === 'out/bias')?.values.fill(Number.NaN)
      setWeights(tf.tf, job.model, weights)
      const tensors = tf.tf.memory().numTensors
      const events = await collect({ ...job, setup: { ...job.setup, optimizer: 'momentum' } }, tf)
      expect(only(events, 'failed')[0]?.issue.message).toContain('"out"')
      expect(tf.tf.memory().numTensors).toBe(tensors)
      job.model.dispose()
    }
  })

  it('brings the last good weights back when the loss breaks on features', async () => {
    const doc = net()
    const { job, engine } = await started({ ...doc, training: { ...doc.training, optimizer: 'sgd', learningRate: 1e30 } })
    const before = await getWeights(job.model)
    const events = await collect(job, engine)
    expect(only(events, 'failed')[0]?.issue.code).toBe('train/not-finite')
    expect(await getWeights(job.model)).toEqual(before)
    job.model.dispose()
  })
})
