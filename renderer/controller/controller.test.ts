import { beforeEach, describe, expect, it, vi } from 'vitest'

vi.mock('../host/pickHost.ts', async () => ({ host: (await import('../host/fakeHost.ts')).makeFakeHost().host }))
const engine = vi.hoisted(() => ({ link: null as unknown }))
vi.mock('../worker/engineClient.ts', () => ({ connectEngine: async () => engine.link }))

import type { ProjectFile } from '../../shared/graph/document.ts'
import { removeNodes, setParams } from '../../shared/graph/edit.ts'
import { issue } from '../../shared/result.ts'
import { templates } from '../../templates/templates.ts'
import { dataStore } from '../store/dataStore.ts'
import { probeStore } from '../store/probeStore.ts'
import { whyNotTrain } from '../store/problems.ts'
import { apply, load, projectStore } from '../store/projectStore.ts'
import { emptyCurves, runStore } from '../store/runStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { changeData, ensureData, forgetLoaded } from './data.ts'
import { setEngine } from './engine.ts'
import { fakeEngine, refused } from './fakeEngine.testkit.ts'
import { forgetModel } from './model.ts'
import { moveProbe, watch } from './probe.ts'
import { startTraining as startFollowing } from './start.ts'
import { pause, setLearningRate, startTraining, stop } from './training.ts'

const lenet = templates.find(t => t.id === 'lenet')?.project as ProjectFile
const settled = (): Promise<void> => new Promise(done => setTimeout(done, 0))
const started = {
  type: 'started',
  batches: 2,
  epochs: 1,
  dataHash: '',
  parameters: 1,
  samples: { train: 1, validation: 1, test: 1 },
} as const
const backend = { backend: 'cpu', adapter: '', threads: 1, reason: '', fellBack: false } as const

let fake = fakeEngine()
beforeEach(async () => {
  fake = fakeEngine()
  setEngine(async () => fake.link)
  runStore.setState({ ...runStore.getInitialState(), curves: emptyCurves(), history: [] }, true)
  dataStore.setState(dataStore.getInitialState(), true)
  probeStore.setState(probeStore.getInitialState(), true)
  weightsStore.setState({ weights: null })
  uiStore.setState({ toast: null, panel: 'data' })
  forgetLoaded()
  forgetModel()
  load(lenet, null)
})

describe('training from the window', () => {
  it('loads the data, builds, trains and brings the curves to the front', async () => {
    await startTraining()
    expect(fake.asked.map(a => a.name)).toEqual(['loadData', 'build', 'train', 'watch'])
    expect(fake.argsOf('loadData')[0]).toMatchObject({ choice: lenet.data, shape: [28, 28, 1] })
    expect(fake.argsOf('train')[0]).toMatchObject({ run: runStore.getState().run, setup: lenet.training })
    expect(uiStore.getState().panel).toBe('curves')
    expect(probeStore.getState().input).toEqual({ kind: 'sample', part: 'test', index: 0 })
  })

  it('refuses with the sentence while the network has problems, and asks the engine nothing', async () => {
    apply('Delete', p => removeNodes(p, ['input']))
    apply('Cut', p => ({ ...p, graph: { ...p.graph, wires: [] } }))
    await startTraining()
    expect(fake.asked).toEqual([])
    expect(uiStore.getState().toast?.text).toMatch(/^Training cannot start: /)
    expect(uiStore.getState().panel).toBe('problems')
  })

  it('refuses data of another shape before anything is loaded', () => {
    const project = { ...lenet, data: { ...lenet.data, source: 'iris' } }
    expect(whyNotTrain(project)[0]?.message).toMatch(/28×28×1/)
  })

  it('says why the engine refused, and is ready again', async () => {
    fake.answers.train = () => refused('No memory for this network.')
    await startTraining()
    expect(runStore.getState()).toMatchObject({ status: 'idle', issue: { message: 'No memory for this network.' } })
    expect(uiStore.getState().toast?.tone).toBe('bad')
  })

  it('does not start a run that was stopped while the data was loading', async () => {
    const work = startTraining()
    stop()
    await work
    expect(fake.argsOf('train')).toEqual([])
    expect(runStore.getState().status).toBe('idle')
  })

  it('sends a stop that came while the run was starting', async () => {
    fake.answers.train = () => {
      stop()
      return { ok: true, value: null }
    }
    await startTraining()
    await settled()
    expect(fake.argsOf('command')).toEqual([{ type: 'stop' }])
  })

  it('passes a new learning rate to the run as one undo step, and only then', async () => {
    setLearningRate(0.01)
    expect(fake.argsOf('command')).toEqual([])
    await startTraining()
    fake.train(runStore.getState().run, { ...started, backend })
    const steps = projectStore.getState().past.length
    setLearningRate(0.003)
    await settled()
    expect(fake.argsOf('command')).toEqual([{ type: 'learningRate', value: 0.003 }])
    expect(projectStore.getState().past.length).toBe(steps + 1)
  })

  it('pauses only what runs', async () => {
    pause()
    await settled()
    expect(fake.asked).toEqual([])
  })
})

describe('data', () => {
  it('is loaded once for one choice, also when asked twice at the same time', async () => {
    await Promise.all([ensureData(), ensureData()])
    await ensureData()
    expect(fake.argsOf('loadData')).toHaveLength(1)
    changeData({ validation: 0.3 })
    await ensureData()
    expect(fake.argsOf('loadData')).toHaveLength(2)
  })

  it('says what is wrong and keeps what was loaded before', async () => {
    await ensureData()
    fake.answers.loadData = () => refused('The file is broken.')
    changeData({ seed: 9 })
    await ensureData()
    expect(dataStore.getState()).toMatchObject({ issue: { message: 'The file is broken.' }, loading: null, summary: { hash: 'ab' } })
  })

  it('asks for local files again when a project is opened without them', async () => {
    changeData({ source: 'idx:my digits' })
    const loaded = await ensureData()
    expect(loaded.ok ? '' : loaded.issues[0].message).toMatch(/my digits.*choose them again/)
    expect(fake.asked).toEqual([])
  })
})

describe('the probe', () => {
  it('walks around the ends of its part', async () => {
    await ensureData()
    watch({ kind: 'sample', part: 'test', index: 0 })
    moveProbe(-1)
    expect(probeStore.getState().input).toEqual({ kind: 'sample', part: 'test', index: 19 })
    moveProbe(1)
    expect(probeStore.getState().input).toMatchObject({ index: 0 })
  })

  it('shows the newest input only, however fast it changes', async () => {
    await ensureData()
    for (let index = 0; index < 9; index++) watch({ kind: 'sample', part: 'test', index })
    await settled()
    expect(fake.argsOf('watch').map(a => (a.input?.kind === 'sample' ? a.input.index : null))).toEqual([0, 8])
    expect(probeStore.getState().result?.label).toBe(3)
  })
})

describe('what follows by itself', () => {
  const rest = (): Promise<void> => new Promise(done => setTimeout(done, 450))

  it('brings a small network to life when it is opened, follows edits, keeps trained weights, and recovers from a dead engine', async () => {
    engine.link = fake.link
    startFollowing()
    load({ ...lenet, name: 'again' }, null)
    await rest()
    expect(fake.asked.map(a => a.name)).toEqual(['loadData', 'backend', 'build', 'watch'])
    expect(fake.argsOf('build')[0]?.weights).toEqual([])

    apply('Change filters', p => setParams(p, 'conv_1', { filters: 8 }))
    apply('Change filters', p => setParams(p, 'conv_1', { filters: 9 }))
    await rest()
    expect(fake.argsOf('build')).toHaveLength(2)
    expect(fake.argsOf('build')[1]?.weights).toBeNull()

    await startTraining()
    const { run } = runStore.getState()
    fake.train(run, { ...started, backend })
    fake.train(run, { type: 'batch', step: 2, epoch: 1, batch: 2, loss: 1, accuracy: 1, imagesPerSecond: 9, secondsLeft: 0 })
    fake.train(run, { type: 'stopped', step: 2 })
    await rest()
    expect(weightsStore.getState().weights?.[0]?.values[0]).toBe(7)

    const died = issue('engine/died', 'The engine stopped.')
    fake.tell({ kind: 'replaced', issue: died })
    await rest()
    expect(uiStore.getState().toast?.text).toBe('The engine stopped.')
    expect(fake.argsOf('loadData')).toHaveLength(2)
    expect(fake.argsOf('build').at(-1)?.weights?.[0]?.name).toBe('conv_1/bias')

    // In the middle of a run: each epoch has sent its weights, of which the last stay.
    await startTraining()
    const second = runStore.getState().run
    const epochEnds = (epoch: number) => {
      const weights = [{ name: 'conv_1/bias', shape: [1], values: Float32Array.of(100 + epoch) }]
      fake.tell({ kind: 'weights', run: second, epoch, weights })
      fake.train(second, { type: 'epoch', epoch, step: 2 * epoch, train: { loss: 1, accuracy: 1 }, validation: null, seconds: 1 })
    }
    fake.train(second, { ...started, backend })
    for (const epoch of [1, 2, 3]) epochEnds(epoch)
    fake.tell({ kind: 'weights', run: run, epoch: 9, weights: [] })
    fake.train(second, { type: 'failed', step: 7, issue: died })
    fake.tell({ kind: 'replaced', issue: died })
    await rest()
    const sentence = 'The engine stopped. The weights of epoch 3 are kept.'
    expect(uiStore.getState().toast?.text).toBe(sentence)
    expect(runStore.getState()).toMatchObject({ status: 'idle', issue: { code: 'engine/died', message: sentence }, trained: true })
    expect(weightsStore.getState().weights?.[0]?.values[0]).toBe(103)
    expect(fake.argsOf('build').at(-1)?.weights?.[0]?.values[0]).toBe(103)

    // Before the first epoch ends, what was learned earlier stays.
    await startTraining()
    const third = runStore.getState().run
    fake.train(third, { ...started, backend })
    fake.train(third, { type: 'batch', step: 2, epoch: 1, batch: 2, loss: 1, accuracy: 1, imagesPerSecond: 9, secondsLeft: 0 })
    fake.train(third, { type: 'failed', step: 2, issue: died })
    expect(runStore.getState().issue?.message).toBe('The engine stopped. What was learned before it is kept.')
    expect(weightsStore.getState().weights?.[0]?.values[0]).toBe(103)
  })
})
