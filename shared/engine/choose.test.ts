import { afterEach, describe, expect, it } from 'vitest'
import type { BackendId, ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import { candidatesOf, chooseBackend, trialData, trialRate } from './choose.ts'
import { clouds, collect, convnet, jobOf, mlp, only, startEngine } from './engine.testkit.ts'
import { machine } from './machine.testkit.ts'
import type { BackendReport } from './protocol.ts'
import { SessionModel } from './sessionModel.ts'
import { getWeights } from './weights.ts'

const CARD = { name: 'Apple M2', software: false }
const all: BackendId[] = ['webgpu', 'wasm', 'webgl', 'cpu']

/** A trial that gives each backend a rate; null fails. */
const rates = (by: Partial<Record<BackendId, number | null>>) => {
  const asked: BackendId[] = []
  const trial = async ({ backend }: BackendReport): Promise<number> => {
    asked.push(backend)
    const rate = by[backend]
    if (rate === null || rate === undefined) throw new Error('out of memory')
    return rate
  }
  return { asked, trial }
}

describe('a choice between two backends', () => {
  it('is one only beside a real graphics card', () => {
    expect(candidatesOf(CARD)).toEqual(['webgpu', 'wasm'])
    expect(candidatesOf({ name: 'SwiftShader', software: true })).toEqual([])
    expect(candidatesOf(null)).toEqual([])
  })

  it('is settled by which trains faster, and both figures are told', async () => {
    const { trial, asked } = rates({ webgpu: 12_300.4, wasm: 6100 })
    const fast = unwrap(await chooseBackend(machine(all, CARD), ['webgpu', 'wasm'], trial))
    expect(asked).toEqual(['webgpu', 'wasm'])
    expect(fast).toMatchObject({ backend: 'webgpu', adapter: 'Apple M2', fellBack: false })
    expect(fast.reason).toBe('WebGPU: 12,300 images/s, WebAssembly: 6,100; this network was tried on each, and the faster trains it.')
    const small = unwrap(await chooseBackend(machine(all, CARD), ['webgpu', 'wasm'], rates({ webgpu: 900, wasm: 70_000 }).trial))
    expect(small).toMatchObject({ backend: 'wasm', adapter: '' })
    expect(small.reason).toMatch(/^WebGPU: 900 images\/s, WebAssembly: 70,000;/)
  })

  it('goes to the other one where a card cannot train this network', async () => {
    const report = unwrap(await chooseBackend(machine(all, CARD), ['webgpu', 'wasm'], rates({ webgpu: null, wasm: 10 }).trial))
    expect(report.backend).toBe('wasm')
    expect(report.reason).toMatch(/^WebGPU could not train it, WebAssembly: 10 images\/s;/)
  })

  it('is none where one does not start, or none trains: the order decides', async () => {
    const only = rates({ wasm: 10 })
    const there = unwrap(await chooseBackend(machine(['wasm', 'cpu'], CARD), ['webgpu', 'wasm'], only.trial))
    expect([there.backend, only.asked]).toEqual(['wasm', ['wasm']])
    expect(there.reason).toMatch(/^WebGPU is not available here/)
    expect(unwrap(await chooseBackend(machine(all, CARD), ['webgpu', 'wasm'], rates({}).trial)).backend).toBe('webgpu')
  })
})

describe('a trial', () => {
  const DATA = clouds([8, 8, 1])

  it('trains real batches for as long as it may and leaves the weights alone', async () => {
    const running = await startEngine('cpu')
    const job = { ...jobOf(convnet(), DATA, running), resolved: resolve(convnet()) }
    const before = await getWeights(job.model)
    const tensors = running.engine.tf.memory().numTensors
    // Each look at the clock is 10 ms later than the one before.
    let time = 0
    const rate = await trialRate(running.engine, job, 100, () => (time += 10))
    expect(rate).toBeGreaterThan(16 / 0.02)
    expect(rate).toBeLessThan(16 / 0.005)
    expect(time).toBeLessThan(250)
    expect(await getWeights(job.model)).toEqual(before)
    expect(running.engine.tf.memory().numTensors).toBe(tensors)
    job.model.dispose()
  })

  it('takes a first step that is very slow for the whole', async () => {
    const running = await startEngine('cpu')
    const job = jobOf(convnet(), DATA, running)
    let time = 0
    expect(await trialRate(running.engine, job, 100, () => (time += 8000))).toBeCloseTo(16 / 16, 5)
    job.model.dispose()
  })

  it('needs a few batches of the data only', () => {
    const part = trialData(DATA, 4).train
    expect([part.count, part.inputs.length, part.targets.length]).toEqual([32, 32 * 64, 32])
    expect(trialData(DATA, 500).train).toBe(DATA.train)
  })
})

describe('a training whose backend is free', () => {
  const DATA = clouds([4])
  const free = (more: Partial<ProjectFile['training']> = {}) => mlp({ backend: 'auto', ...more })
  const models: SessionModel[] = []
  const model = async (candidates: readonly BackendId[]): Promise<SessionModel> => {
    const { engine } = await startEngine('wasm')
    const made = new SessionModel(engine)
    made.candidates = candidates
    models.push(made)
    return made
  }
  afterEach(() => {
    for (const made of models.splice(0)) made.drop()
  })

  const curve = async (held: SessionModel, project: ProjectFile) => {
    const { engine } = await startEngine('wasm')
    const { model: trained } = unwrap(await held.ensureFastest(project, DATA))
    const { report } = held
    if (!report) throw new Error('no backend')
    // The test kit starts wasm: go back to what was chosen.
    await engine.tf.setBackend(report.backend)
    const job = { model: trained, data: DATA, setup: project.training, backend: report, resolved: resolve(project) }
    const events = await collect(job, engine)
    return { report, losses: only(events, 'epoch').map(e => e.train.loss), weights: await getWeights(trained) }
  }

  it('is tried on plain JavaScript and on WebAssembly, and the run is the one that it would have been', async () => {
    const tried = await curve(await model(['cpu', 'wasm']), free())
    expect(tried.report.reason).toMatch(/^plain JavaScript: [\d,]+ images\/s, WebAssembly: [\d,]+;/)
    expect(tried.report.backend).toBe('wasm')
    const plain = await curve(await model([]), free())
    expect(plain.report.reason).not.toContain('images/s')
    expect(tried.losses).toEqual(plain.losses)
    expect(tried.weights).toEqual(plain.weights)
  }, 60_000)

  it('is tried once for a network and a batch, and again for another; what was learned stays', async () => {
    const held = await model(['cpu', 'wasm'])
    const first = await curve(held, free())
    held.learned = true
    const second = unwrap(await held.ensureFastest(free({ epochs: 9, seed: 0 }), DATA))
    expect(held.report?.reason).toBe(first.report.reason)
    expect(await getWeights(second.model)).toEqual(first.weights)
    const third = unwrap(await held.ensureFastest(free({ batchSize: 60 }), DATA))
    expect(held.report?.reason).not.toBe(first.report.reason)
    expect(await getWeights(third.model)).toEqual(first.weights)
    unwrap(await held.ensureFastest(mlp({ backend: 'cpu' }), DATA))
    expect(held.report?.backend).toBe('cpu')
    const back = unwrap(await held.ensureFastest(free(), DATA))
    expect(held.report).toEqual(first.report)
    expect(await getWeights(back.model)).toEqual(first.weights)
  }, 60_000)

  it('keeps what was found when the user has chosen that backend in between', async () => {
    const held = await model(['cpu', 'wasm'])
    const first = await curve(held, free())
    for (const backend of ['cpu', 'wasm'] as const) unwrap(await held.ensureFastest(mlp({ backend }), DATA))
    unwrap(await held.ensureFastest(free(), DATA))
    expect(held.report).toEqual(first.report)
  }, 60_000)

  it('loses nothing that was learned when another backend cannot be started', async () => {
    const { engine } = await startEngine('wasm')
    let broken = false
    const held = new SessionModel({ ...engine, load: id => (broken ? Promise.resolve(false) : engine.load(id)) })
    models.push(held)
    const { model: trained } = unwrap(await held.ensure(mlp({ backend: 'wasm' }), null))
    held.learned = true
    const before = await getWeights(trained)
    broken = true
    expect((await held.start('cpu')).ok).toBe(false)
    expect(await held.weights()).toEqual(before)
    broken = false
    unwrap(await held.ensure(mlp({ backend: 'cpu', seed: 9 }), null))
    expect(await held.weights()).toEqual(before)
  })

  it('is not tried where the user has chosen', async () => {
    const held = await model(['cpu', 'wasm'])
    unwrap(await held.ensureFastest(mlp({ backend: 'cpu' }), DATA))
    expect(held.report).toMatchObject({ backend: 'cpu', reason: 'plain JavaScript, as chosen in the training settings.' })
  })
})
