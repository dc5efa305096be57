import { describe, expect, it, vi } from 'vitest'
import type { PreparedData } from '../data/prepared.ts'
import { CLIPS, OPTIMIZERS, type ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import type { KernelHost } from '../kernels/wasm/host.ts'
import { IssueError, issue, unwrap } from '../result.ts'
import { chain, clouds, collect, convnet, jobOf, line, only, startEngine } from './engine.testkit.ts'
import { objectiveOf } from './objective.ts'
import { PlanRun } from './plan/wasm/run.ts'
import { apart, withNorm } from './planned.testkit.ts'
import { openPlan } from './planned.ts'
import type { NamedWeight, TrainEvent } from './protocol.ts'
import type { TrainDeps, TrainJob } from './trainer.ts'
import { getWeights } from './weights.ts'

interface Watching {
  readonly on?: (event: TrainEvent, job: TrainJob) => void
  readonly keep?: NonNullable<TrainDeps['keep']>
  readonly kernels?: KernelHost
}

/** Trains a project by the fast engine, or by tfjs. */
const trained = async (project: ProjectFile, data: PreparedData, more: Partial<TrainJob> = {}, { on, keep, kernels }: Watching = {}) => {
  const started = await startEngine('wasm')
  const running = { ...started, engine: { ...started.engine, ...(kernels && { kernels }) } }
  const before = running.engine.tf.memory().numTensors
  const job = { ...jobOf(project, data, running), resolved: resolve(project), ...more }
  const heed = (event: TrainEvent) => {
    on?.(event, job)
    return []
  }
  const events = await collect(job, running.engine, heed, keep)
  const weights = await getWeights(job.model)
  job.model.dispose()
  expect(running.engine.tf.memory().numTensors).toBe(before)
  return { events, weights, epochs: only(events, 'epoch'), report: only(events, 'started')[0]?.backend }
}

/** A straight line to be learned. */
const line1 = chain(
  [
    ['in', 'input', { shape: [2] }],
    ['out', 'dense', { units: 1 }],
  ],
  { loss: 'meanSquaredError', batchSize: 16, epochs: 4, learningRate: 0.05 },
)

describe('training by plan', () => {
  it('gives the run that tfjs gives, within rounding: scores, validation and weights', async () => {
    const data = clouds([8, 8, 1])
    const plan = await trained(withNorm, data)
    const tfjs = await trained(withNorm, data, { engine: 'tfjs' })
    expect(plan.report?.engine).toBe('plan')
    expect(tfjs.report?.engine).toBe('tfjs')
    expect(plan.events.map(e => e.type).filter(t => t !== 'batch')).toEqual(tfjs.events.map(e => e.type).filter(t => t !== 'batch'))
    for (const [i, epoch] of plan.epochs.entries()) {
      const other = tfjs.epochs[i]
      expect(epoch.step).toBe(other?.step)
      expect(epoch.train.loss).toBeCloseTo(other?.train.loss ?? 0, 4)
      expect(epoch.train.accuracy).toBeCloseTo(other?.train.accuracy ?? 0, 4)
      expect(epoch.validation?.loss).toBeCloseTo(other?.validation?.loss ?? 0, 3)
      expect(epoch.validation?.accuracy).toBeCloseTo(other?.validation?.accuracy ?? 0, 4)
    }
    expect(plan.weights.map(w => w.name)).toEqual(tfjs.weights.map(w => w.name))
    for (const [i, weight] of plan.weights.entries())
      for (const [k, value] of weight.values.entries()) expect(value, weight.name).toBeCloseTo(tfjs.weights[i]?.values[k] ?? Number.NaN, 3)
  })

  /** Both engines over the same project, epoch by epoch within rounding. */
  const compared = async (project: ProjectFile, data: PreparedData, more: Partial<TrainJob> = {}) => {
    const plan = await trained(project, data, more)
    const tfjs = await trained(project, data, { ...more, engine: 'tfjs' })
    expect([plan.report?.engine, tfjs.report?.engine]).toEqual(['plan', 'tfjs'])
    expect(plan.epochs).toHaveLength(tfjs.epochs.length)
    for (const [i, { train, validation }] of plan.epochs.entries()) {
      const other = tfjs.epochs[i]
      expect(train.loss).toBeCloseTo(other?.train.loss ?? 0, 4)
      expect(train.mae ?? 0).toBeCloseTo(other?.train.mae ?? 0, 4)
      expect(validation?.loss).toBeCloseTo(other?.validation?.loss ?? 0, 3)
      expect(validation?.mae ?? 0).toBeCloseTo(other?.validation?.mae ?? 0, 4)
    }
    return { ...plan, other: tfjs.weights }
  }

  it('gives the run of tfjs with channels apart, larger images and layer normalisation, and its weights', async () => {
    const { weights, other } = await compared(apart, clouds([8, 8, 1]))
    expect(weights.map(w => w.name)).toEqual(other.map(w => w.name))
    for (const [i, weight] of weights.entries())
      for (const [k, value] of weight.values.entries()) expect(value, weight.name).toBeCloseTo(other[i]?.values[k] ?? Number.NaN, 4)
  })

  it('looks words up as tfjs does, and leaves data with words that have no vector to it', async () => {
    const plain = clouds([5])
    const whole = (part: PreparedData['train']) => ({ ...part, inputs: part.inputs.map(v => Math.min(11, Math.floor(Math.abs(v) * 4))) })
    const data = { ...plain, train: whole(plain.train), validation: whole(plain.validation), test: whole(plain.test) }
    const project = (inputDim: number) =>
      chain(
        [
          ['in', 'input', { shape: [5] }],
          ['words', 'embedding', { inputDim, outputDim: 3 }],
          ['flat', 'flatten'],
          ['out', 'dense', { units: 3, activation: 'softmax' }],
        ],
        { batchSize: 16, epochs: 2, learningRate: 0.01 },
      )
    await compared(project(12), data)
    const running = await startEngine('wasm')
    const job = { ...jobOf(project(11), data, running), resolved: resolve(project(11)) }
    const objective = unwrap(objectiveOf(running.engine.tf, job.model, job.setup.loss, data))
    const message = expect.stringContaining('An Embedding knows the numbers 0 to 10, but 11 arrives')
    expect(await openPlan(running.engine, job, objective)).toMatchObject({ ok: false, issues: [{ code: 'plan/unknown-word', message }] })
    job.model.dispose()
  })

  for (const optimizer of OPTIMIZERS)
    it(`${optimizer} with weight decay, clipping and penalties gives tfjs's run, and leaves no tensor behind`, async () => {
      const clip = CLIPS[OPTIMIZERS.indexOf(optimizer) % CLIPS.length] ?? 'none'
      const project = chain(
        [
          ['in', 'input', { shape: [4] }],
          ['hidden', 'dense', { units: 7, activation: 'tanh', l1: 0.001, l2: 0.01 }],
          ['out', 'dense', { units: 3, activation: 'softmax', l2: 0.01 }],
        ],
        { optimizer, clip, clipLimit: 0.1, weightDecay: 0.02, batchSize: 16, epochs: 3, learningRate: 0.01 },
      )
      await compared(project, clouds([4]))
    })

  it('augments anew in each epoch, alike for both engines and for the same seed, and never the validation part', async () => {
    const data = clouds([8, 8, 1])
    const augment = { shift: 1, noise: 0.05, invert: 0.2 }
    const project = convnet({ epochs: 3, batchSize: 16 })
    const bare = chain(
      project.graph.nodes.flatMap(n => (n.id === 'drop' ? [] : [[n.id, n.type, n.params] as const])),
      project.training,
    )
    const before = [data.train.inputs.slice(), data.validation.inputs.slice()]
    const { epochs } = await compared(bare, data, { augment })
    const again = await trained(bare, data, { augment })
    const plain = await trained(bare, data)
    expect(again.epochs.map(e => e.train.loss)).toEqual(epochs.map(e => e.train.loss))
    expect(plain.epochs.map(e => e.train.loss)).not.toEqual(epochs.map(e => e.train.loss))
    expect([data.train.inputs, data.validation.inputs]).toEqual(before)
  })

  it('refuses to augment what is no picture', async () => {
    const { events } = await trained(line1, line(), { augment: { shift: 1 } })
    expect(only(events, 'failed')[0]?.issue.code).toBe('data/augment-needs-images')
  })

  it('tells the mean absolute error of predicted numbers, as tfjs does', async () => {
    const { epochs } = await compared(line1, line())
    expect(epochs.at(-1)?.train.mae).toBeLessThan(epochs[0]?.train.mae ?? 0)
    expect(epochs.at(-1)?.validation?.mae).toBeGreaterThan(0)
  })

  for (const threads of [1, 2])
    it(`repeats itself bit by bit on ${threads} thread${threads > 1 ? 's' : ''}, dropout included`, async () => {
      const { kernels } = (await startEngine('wasm')).engine
      if (!kernels) throw new Error('There are no kernels.')
      const once = async () => {
        const { events, weights, report } = await trained(
          convnet({ epochs: 3 }),
          clouds([8, 8, 1]),
          {},
          { kernels: { ...kernels, threads } },
        )
        expect(report).toMatchObject({ engine: 'plan', threads })
        return { weights, scores: only(events, 'epoch').map(({ train, validation }) => ({ train, validation })) }
      }
      const first = await once()
      expect(first.scores).toHaveLength(3)
      expect(await once()).toEqual(first)
    })

  it('predicts numbers as well as classes', async () => {
    const project = chain(
      [
        ['in', 'input', { shape: [2] }],
        ['out', 'dense', { units: 1 }],
      ],
      {
        ...{ loss: 'meanSquaredError', batchSize: 16, epochs: 30, learningRate: 0.05 },
      },
    )
    const { epochs, report, weights } = await trained(project, line())
    expect(report?.engine).toBe('plan')
    expect(epochs.at(-1)?.train.loss).toBeLessThan(0.01)
    expect(epochs.at(-1)?.train.accuracy).toBeNaN()
    expect(weights[0]?.values[0]).toBeCloseTo(2, 1)
  })

  it('shows its newest weights to whoever looks at the model meanwhile', async () => {
    const seen: Promise<number>[] = []
    const on: Watching['on'] = (event, job) => {
      if (event.type === 'epoch') seen.push(getWeights(job.model).then(weights => weights[0]?.values[0] ?? Number.NaN))
    }
    await trained(withNorm, clouds([8, 8, 1]), {}, { on })
    const values = await Promise.all(seen)
    expect(new Set(values).size).toBe(3)
  })

  it('leaves networks with other layers to tfjs and says which layer it was', async () => {
    const project = chain(
      [
        ['in', 'input', { shape: [4, 4, 1] }],
        ['larger', 'upSampling2d', { interpolation: 'bilinear' }],
        ['flat', 'flatten', {}],
        ['out', 'dense', { units: 3, activation: 'softmax' }],
      ],
      { batchSize: 16, epochs: 1 },
    )
    const { report, events } = await trained(project, clouds([4, 4, 1]))
    expect(report?.engine).toBe('tfjs')
    expect(report?.reason).toContain('"larger" (UpSampling2D) has no plan yet')
    expect(events.at(-1)?.type).toBe('done')
  })

  it('keeps the weights of the last epoch when a thread is lost in the middle of a step', async () => {
    const kept: (readonly NamedWeight[])[] = []
    const step = PlanRun.prototype.step
    let steps = 0
    const lost = vi.spyOn(PlanRun.prototype, 'step').mockImplementation(function (this: PlanRun, ...args) {
      if (++steps < 13) return step.apply(this, args)
      // What a step that was not finished leaves behind.
      this.setWeights(this.getWeights().map(weight => ({ ...weight, values: weight.values.map(v => v + 1) })))
      throw new IssueError(issue('engine/worker-lost', 'A worker of the fast engine stopped answering; the run cannot go on.'))
    })
    const { events, weights } = await trained(withNorm, clouds([8, 8, 1]), {}, { keep: (_epoch, good) => kept.push(good) })
    lost.mockRestore()
    expect(events.at(-1)).toMatchObject({ type: 'failed', step: 13, issue: { code: 'engine/worker-lost' } })
    expect(kept).toHaveLength(2)
    expect(weights).toEqual(kept[1])
  })

  it('stops with the weights of the last good epoch when the numbers break', async () => {
    const project = chain(
      [
        ['in', 'input', { shape: [2] }],
        ['out', 'dense', { units: 1 }],
      ],
      {
        ...{ loss: 'meanSquaredError', optimizer: 'sgd', batchSize: 16, epochs: 40, learningRate: 50 },
      },
    )
    const { events, weights } = await trained(project, line())
    expect(only(events, 'failed')[0]?.issue.code).toMatch(/^train\//)
    expect(weights.every(w => w.values.every(Number.isFinite))).toBe(true)
  })
})
