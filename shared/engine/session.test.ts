import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { idxFile } from '../data/data.testkit.ts'
import { DEFAULT_DATA, type ProjectFile } from '../graph/document.ts'
import { newHead } from '../graph/newHead.ts'
import { cutBelow } from '../graph/transfer.ts'
import { ok, type Result, unwrap } from '../result.ts'
import { chain, type Link, startEngine } from './engine.testkit.ts'
import type { EngineCalls, EngineMessage, EngineRequest, NamedWeight, TrainEvent } from './protocol.ts'
import { EngineSession } from './session.ts'

const DIGITS = { ...DEFAULT_DATA, source: 'digits', limit: 40 } as const
const IRIS = { ...DEFAULT_DATA, source: 'iris', normalise: 'standard' } as const

const links = (hidden = 10, outputs = 3): Link[] => [
  ['in', 'input', { shape: [4] }],
  ['hidden', 'dense', { units: hidden, activation: 'relu' }],
  ['second', 'dense', { units: 6, activation: 'relu' }],
  ['out', 'dense', { units: outputs, activation: 'softmax' }],
]
const iris = (epochs = 5, layers = links()): ProjectFile => chain(layers, { epochs, batchSize: 16, learningRate: 0.01, backend: 'wasm' })

/** A session behind a port that copies like postMessage does, so that a moved buffer that is still needed shows. */
const open = async () => {
  const { engine } = await startEngine('wasm')
  const messages: EngineMessage[] = []
  const listeners = new Set<() => void>()
  const session = new EngineSession({
    engine,
    asset: async path => ok(new Uint8Array(await readFile(new URL(`../../assets/${path}`, import.meta.url)))),
    post: (message, transfer) => {
      messages.push(structuredClone(message, { transfer }))
      for (const listener of listeners) listener()
    },
  })
  let id = 0
  const call = async <K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<Result<EngineCalls[K]['answer']>> => {
    const mine = ++id
    await session.handle({ id: mine, call: name, args } as EngineRequest)
    const message = messages.find(m => (m.kind === 'answer' || m.kind === 'refused') && m.id === mine)
    if (message?.kind === 'refused') return { ok: false, issues: [message.issue] }
    return ok((message?.kind === 'answer' ? message.value : undefined) as EngineCalls[K]['answer'])
  }
  const get = async <K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<EngineCalls[K]['answer']> => {
    const result = await call(name, args)
    if (!result.ok) throw new Error(result.issues[0].message)
    return result.value
  }
  const events = (run: number): TrainEvent[] => messages.flatMap(m => (m.kind === 'train' && m.run === run ? m.events : []))
  const until = (test: () => boolean): Promise<void> =>
    new Promise(resolve => {
      const check = () => {
        if (!test()) return
        listeners.delete(check)
        resolve()
      }
      listeners.add(check)
      check()
    })
  const ended = (run: number) => until(() => events(run).some(e => e.type === 'done' || e.type === 'stopped' || e.type === 'failed'))
  return { call, get, messages, events, until, ended, engine }
}

let s: Awaited<ReturnType<typeof open>>
beforeEach(async () => {
  s = await open()
})

const loadIris = () => s.get('loadData', { choice: IRIS, shape: null, files: [] })
const trainOnce = async (project: ProjectFile, run = 1) => {
  await s.get('train', { project, setup: project.training, run })
  await s.ended(run)
}
const named = (weights: readonly NamedWeight[], name: string) => Array.from(weights.find(w => w.name === name)?.values ?? [])

describe('a session', () => {
  it('shows training pictures as an epoch changes them, and pictures fitted to the input', async () => {
    await s.get('loadData', { choice: { ...DIGITS, fit: 'pad' }, shape: [10, 10, 1], files: [] })
    const show = async (more: object) => (await s.get('samples', { part: 'train', start: 1, count: 2, ...more })).inputs
    const plain = await show({})
    expect(plain).toHaveLength(200)
    const changed = { augment: { shift: 2, noise: 0.1 }, seed: 1 }
    const first = await show({ changed: { ...changed, epoch: 1 } })
    expect(first).not.toEqual(plain)
    expect(await show({ changed: { ...changed, epoch: 1 } })).toEqual(first)
    expect(await show({ changed: { ...changed, epoch: 2 } })).not.toEqual(first)
    expect(await show({ part: 'test', changed: { ...changed, epoch: 1 } })).toEqual(await show({ part: 'test' }))
    expect(await show({})).toEqual(plain)
  })

  it('loads data, trains, evaluates and looks inside', async () => {
    const summary = await loadIris()
    expect(summary).toMatchObject({ shape: [4], classes: { length: 3 }, kind: 'table' })
    expect(summary.balance.reduce((a, b) => a + b, 0)).toBe(summary.counts.train)
    expect(s.messages.some(m => m.kind === 'progress')).toBe(true)

    await trainOnce(iris(20))
    const types = s.events(1).map(e => e.type)
    expect([types[0], types.at(-1)]).toEqual(['started', 'done'])

    const evaluation = await s.get('evaluate', { part: 'test' })
    expect(evaluation.accuracy).toBeGreaterThan(0.8)
    expect(evaluation.confusion.flat().reduce((a, b) => a + b, 0)).toBe(evaluation.count)

    const probe = await s.get('probe', { input: { kind: 'sample', part: 'test', index: 0 } })
    expect(probe.layers.map(l => l.node)).toEqual(['in', 'hidden', 'second', 'out'])
    expect(probe.output.reduce((a, b) => a + b, 0)).toBeCloseTo(1)
    expect(probe.label).not.toBeNull()

    const layer = await s.get('layer', { input: { kind: 'values', values: probe.input }, node: 'hidden' })
    expect(layer.weights.map(w => w.name)).toEqual(['hidden/kernel', 'hidden/bias'])
    expect(layer.activation.values).toEqual(probe.layers[1]?.values)
    expect(layer.activation.stats.histogram.reduce((a, b) => a + b, 0)).toBe(10)

    const { paths } = await s.get('paths', { input: { kind: 'values', values: probe.input }, node: 'out', channel: null, budget: 3 })
    const winner = probe.output.indexOf(Math.max(...probe.output))
    expect(new Set(paths.filter(p => p.to.node === 'out').map(p => p.to.channel))).toEqual(new Set([winner]))
    expect(paths.some(p => p.from.node === 'in')).toBe(true)
    expect((await s.call('paths', { input: { kind: 'values', values: probe.input }, node: 'gone', channel: null, budget: 3 })).ok).toBe(
      false,
    )
  })

  it('tells of every epoch, not before the weights of the last that is told were sent, and the last are those of the model', async () => {
    await loadIris()
    await trainOnce(iris(200))
    let sent = 0
    const epochs = s.messages.flatMap(m => {
      if (m.kind === 'weights') sent = m.epoch
      const told = m.kind === 'train' ? m.events.flatMap(event => (event.type === 'epoch' ? [event.epoch] : [])) : []
      expect(sent).toBeGreaterThanOrEqual(told.at(-1) ?? 0)
      return told
    })
    expect(epochs).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
    const weights = s.messages.flatMap(m => (m.kind === 'weights' ? [named(m.weights, 'out/kernel')] : []))
    expect(new Set(weights.map(String)).size).toBe(weights.length)
    expect(named(await s.get('weights', {}), 'out/kernel')).toEqual(weights.at(-1))
  })

  it('keeps trained weights of layers whose shapes an edit leaves alone', async () => {
    await loadIris()
    await trainOnce(iris(3))
    const before = await s.get('weights', {})
    await s.get('build', { project: iris(3, links(12)), weights: null })
    const after = await s.get('weights', {})
    expect(named(after, 'out/kernel')).toEqual(named(before, 'out/kernel'))
    expect(named(after, 'second/bias')).toEqual(named(before, 'second/bias'))
    expect(named(after, 'hidden/kernel')).toHaveLength(48)

    await s.get('build', { project: iris(3), weights: [] })
    expect(named(await s.get('weights', {}), 'out/kernel')).not.toEqual(named(before, 'out/kernel'))
    await s.get('build', { project: iris(3), weights: before })
    expect(await s.get('weights', {})).toEqual(before)
  })

  it('an untrained network follows the seed', async () => {
    const seeded = (seed: number) => ({ ...iris(), training: { ...iris().training, seed } })
    await s.get('build', { project: seeded(1), weights: null })
    const first = named(await s.get('weights', {}), 'out/kernel')
    await s.get('build', { project: seeded(2), weights: null })
    expect(named(await s.get('weights', {}), 'out/kernel')).not.toEqual(first)
  })

  it('shows the watched sample live, not more often than asked', async () => {
    await loadIris()
    await s.get('build', { project: iris(), weights: null })
    const now = await s.get('watch', { input: { kind: 'sample', part: 'train', index: 3 }, every: 0 })
    expect(now?.layers).toHaveLength(4)
    const project = iris(20_000)
    const live = () => s.messages.flatMap(m => (m.kind === 'probe' && m.run === 7 ? [m.probe.step] : []))
    await s.get('train', { project, setup: project.training, run: 7 })
    await s.until(() => live().length > 3)
    await s.get('command', { type: 'stop' })
    await s.ended(7)
    expect(live()).toEqual([...new Set(live())].sort((a, b) => a - b))
    await s.get('watch', { input: { kind: 'sample', part: 'train', index: 3 }, every: 60_000 })
    await trainOnce(iris(5), 8)
    expect(s.messages.filter(m => m.kind === 'probe' && m.run === 8).length).toBeLessThan(2)
  })

  it('shows the whole network live while only its head is trained, and keeps the frozen weights through a new head', async () => {
    await loadIris()
    const frozen: Link[] = links().map(([id, type, params = {}]) => [id, type, params, { frozen: id === 'hidden' }])
    const project = iris(6, frozen)
    await s.get('build', { project, weights: null })
    const before = await s.get('weights', {})
    await s.get('watch', { input: { kind: 'sample', part: 'train', index: 3 }, every: 0 })
    await trainOnce(project, 4)
    expect(s.events(4).find(e => e.type === 'phase')).toMatchObject({ phase: 'head', features: { node: 'hidden', layers: 1 } })
    const live = s.messages.flatMap(m => (m.kind === 'probe' && m.run === 4 ? [m.probe] : []))
    // How many there are depends on what they cost.
    expect(live.length).toBeGreaterThan(0)
    expect(live.every(p => p.layers.length === 4)).toBe(true)
    const end = await s.get('probe', { input: { kind: 'sample', part: 'train', index: 3 } })
    expect(end.output).not.toEqual(live[0]?.output)
    expect(end.layers[1]?.values).toEqual(live[0]?.layers[1]?.values)
    const after = await s.get('weights', {})
    expect(named(after, 'hidden/kernel')).toEqual(named(before, 'hidden/kernel'))

    const headed = newHead(project, unwrap(cutBelow(project, 'hidden')), 3, 'same')
    await s.get('build', { project: unwrap(headed), weights: null })
    const kept = await s.get('weights', {})
    expect(named(kept, 'second/kernel')).toEqual(named(after, 'second/kernel'))
    expect(named(kept, 'head_1/kernel')).toHaveLength(18)
    expect(named(kept, 'head_1/kernel')).not.toEqual(named(after, 'out/kernel'))
  })

  it('pauses, steps, resumes and stops on command', async () => {
    await loadIris()
    const project = iris(2000)
    await s.get('train', { project, setup: project.training, run: 1 })
    await s.until(() => s.events(1).some(e => e.type === 'batch'))
    await s.get('command', { type: 'pause' })
    await s.until(() => s.events(1).some(e => e.type === 'paused'))
    const seen = s.events(1).length
    await s.get('command', { type: 'step' })
    await s.until(() => s.events(1).length > seen)
    expect(s.events(1).at(-1)).toMatchObject({ type: 'batch' })
    await s.get('command', { type: 'resume' })
    await s.get('command', { type: 'stop' })
    await s.ended(1)
    expect(s.events(1).at(-1)?.type).toBe('stopped')
  })

  it('refuses what cannot be, in words', async () => {
    const reason = async <K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']) => {
      const result = await s.call(name, args)
      return result.ok ? 'accepted' : result.issues[0].message
    }
    const project = iris()
    const train = (p: ProjectFile) => reason('train', { project: p, setup: p.training, run: 1 })
    expect(await train(project)).toMatch(/no data/)
    await loadIris()
    const loose = { ...project, graph: { ...project.graph, wires: project.graph.wires.slice(1) } }
    expect(await train(loose)).toMatch(/still has problems.*"hidden"/)
    expect(await train(iris(5, links(10, 7)))).toBe('The last layer gives 7, but the data has 3 classes: make it give 3 values.')
    expect(await reason('command', { type: 'pause' })).toMatch(/No training is running/)
    expect(await reason('probe', { input: { kind: 'sample', part: 'test', index: 10_000 } })).toMatch(/no sample 10000/)
    expect(await reason('probe', { input: { kind: 'values', values: new Float32Array(9) } })).toMatch(/takes 4, but 9 values/)
    expect(await reason('export', { format: 'pickle', project, history: [], set: {} })).toMatch(/cannot export to "pickle"/)
    await s.get('train', { project: iris(2000), setup: iris(2000).training, run: 2 })
    expect(await train(project)).toMatch(/stop it first/)
    expect(await reason('export', { format: 'tfjs', project, history: [], set: {} })).toMatch(/stop it first/)
    expect(await reason('export', { format: 'svg', project, history: [], set: {} })).toBe('accepted')
    await s.get('command', { type: 'stop' })
    await s.ended(2)
  })

  it('exports what it trained and proves it', async () => {
    await loadIris()
    const project = iris(3)
    await trainOnce(project)
    const { files, verified } = await s.get('export', { format: 'tfjs', project, history: [], set: {} })
    expect(files.map(f => f.path)).toContain('model.json')
    expect(verified).toMatchObject({ sameClass: true })
    const page = await s.get('export', { format: 'html', project, history: [], set: { precision: 'float16' } })
    expect(page.verified).toMatchObject({ rounded: 'float16', accuracy: { samples: expect.any(Number) } })
    await trainOnce(project, 2)
  })

  it.each(['done', 'stopped'] as const)('tells that a run is %s when nothing of it is left', async type => {
    await loadIris()
    const { training, ...rest } = iris(type === 'done' ? 2 : 20_000)
    const project = { ...rest, training: { ...training, backend: 'cpu' as const } }
    const tensors = () => s.engine.tf.memory().numTensors
    await s.get('build', { project, weights: null })
    const before = tensors()
    await s.get('train', { project, setup: project.training, run: 1 })
    await s.until(() => s.events(1).some(e => e.type === 'batch'))
    if (type === 'stopped') await s.get('command', { type: 'stop' })
    let atEnd = Number.NaN
    await s.until(() => {
      if (!s.events(1).some(e => e.type === type)) return false
      atEnd = tensors()
      return true
    })
    expect(atEnd).toBe(before)
  })

  it('reads data anew when a file of the same name and length holds something else', async () => {
    const files = (shade: number) => [
      {
        path: 'train-images-idx3-ubyte',
        bytes: idxFile(
          [20, 1, 2],
          Array.from({ length: 40 }, (_, i) => (i * shade) % 256),
        ),
      },
      {
        path: 'train-labels-idx1-ubyte',
        bytes: idxFile(
          [20],
          Array.from({ length: 20 }, (_, i) => i % 2),
        ),
      },
    ]
    const load = (shade: number) => s.get('loadData', { choice: { ...DIGITS, source: 'idx:own' }, shape: null, files: files(shade) })
    const [one, again, other] = [await load(1), await load(1), await load(2)]
    expect(again.hash).toBe(one.hash)
    expect(other.hash).not.toBe(one.hash)
  })

  it('leaves no tensors behind when models come and go', async () => {
    await loadIris()
    const counts: number[] = []
    for (let run = 1; run <= 4; run++) {
      await trainOnce(iris(2, links(8 + run)), run)
      await s.get('probe', { input: { kind: 'sample', part: 'train', index: 0 } })
      await s.get('evaluate', { part: 'validation' })
      counts.push(s.engine.tf.memory().numTensors)
    }
    expect(new Set(counts).size).toBe(1)
  })
})
