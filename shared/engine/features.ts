import type * as tfjs from '@tensorflow/tfjs'
import type { Part, PreparedData } from '../data/prepared.ts'
import { sizeOf } from '../layers/shape.ts'
import { type Batches, openBatches, range } from './batches.ts'
import { trialData, trialRate } from './choose.ts'
import { compilePlan } from './plan/compile.ts'
import type { PlanExecutor } from './plan/executor.ts'
import { openThere, unknownWord } from './planned.ts'
import type { Pace } from './predict.ts'
import type { TrainJob } from './run.ts'
import type { EngineTf } from './tf.ts'
import { type Trunk, trunkAlone } from './trunk.ts'
import { getWeights, setWeights } from './weights.ts'

/** Samples that go through the trunk at a time. */
const CHUNK = 64
/** Least time between two tellings of the progress, ms. */
const TELL_EVERY = 100

/** Something that runs samples [start, start + count) of a part through a trunk. */
interface Reader {
  read(part: Part, start: number, count: number): Promise<Float32Array>
  close(): void
}

/** Reads by the model itself. */
const modelReader = ({ tf }: EngineTf, { model, data }: TrainJob, trunk: Trunk): Reader => {
  const watching = tf.model({ inputs: model.inputs, outputs: model.getLayer(trunk.end).output as tfjs.SymbolicTensor })
  let open: { readonly part: Part; readonly batches: Batches } | null = null
  const batchesOf = (part: Part): Batches => {
    if (open?.part === part) return open.batches
    open?.batches.dispose()
    open = { part, batches: openBatches(tf, part, data.shape) }
    return open.batches
  }
  return {
    read: async (part, start, count) => {
      const batches = batchesOf(part)
      const output = tf.tidy(() => watching.apply(batches.take(range(start, count)).x, { training: false }) as tfjs.Tensor)
      const values = Float32Array.from(await output.data())
      output.dispose()
      return values
    },
    close: () => open?.batches.dispose(),
  }
}

/** Reads by the fast engine; null where it has no plan of the trunk. */
const planReader = async (engine: EngineTf, job: TrainJob, trunk: Trunk): Promise<Reader | null> => {
  const { backend } = job.backend
  if (!job.resolved || job.engine === 'tfjs' || (backend !== 'wasm' && backend !== 'webgpu')) return null
  const plan = compilePlan(trunkAlone(job.resolved, trunk), { loss: 'meanSquaredError', targets: 'values' })
  if (!plan.ok || unknownWord(plan.value, job.data)) return null
  const none: Part = { inputs: new Float32Array(), targets: new Float32Array(), count: 0 }
  const opened = await openThere(engine, backend, plan.value, { ...job.setup, optimizer: 'sgd', batchSize: CHUNK }, none)
  if (!opened.ok) return null
  const run: PlanExecutor = opened.value
  run.setWeights(await getWeights(job.model))
  return {
    // Nobody asks for the loss, so there are no targets.
    read: async ({ inputs, count: all }, start, count) =>
      (await run.infer({ inputs, targets: none.targets, count: all }, start, count)).outputs,
    close: () => run.dispose(),
  }
}

/** Outputs of a trunk for one part; yields how many samples are done, and gives null when told to end. */
async function* partFeatures(reader: Reader, size: number, part: Part, pace: Pace): AsyncGenerator<number, Part | null> {
  const inputs = new Float32Array(part.count * size)
  let told = performance.now()
  for (let start = 0; start < part.count; start += CHUNK) {
    const count = Math.min(CHUNK, part.count - start)
    inputs.set((await reader.read(part, start, count)).subarray(0, count * size), start * size)
    await pace.breathe()
    if (pace.stopping?.()) return null
    if (performance.now() - told < TELL_EVERY) continue
    told = performance.now()
    yield start + count
  }
  return { inputs, targets: part.targets, count: part.count }
}

/** The data as the trunk puts it out, in inference mode: training and validation part. Yields the share done; null when told to end. */
export async function* featuresOf(engine: EngineTf, job: TrainJob, trunk: Trunk, pace: Pace): AsyncGenerator<number, PreparedData | null> {
  const { data } = job
  const reader = (await planReader(engine, job, trunk)) ?? modelReader(engine, job, trunk)
  const all = data.train.count + data.validation.count
  const parts: Part[] = []
  let before = 0
  try {
    for (const part of [data.train, data.validation]) {
      const made = partFeatures(reader, sizeOf(trunk.shape), part, pace)
      let step = await made.next()
      for (; !step.done; step = await made.next()) yield (before + step.value) / all
      if (!step.value) return null
      parts.push(step.value)
      before += part.count
    }
  } finally {
    reader.close()
  }
  const [train, validation] = parts
  const test = { inputs: new Float32Array(), targets: data.test.targets.slice(0, 0), count: 0 }
  return train && validation ? { ...data, shape: trunk.shape, kind: 'table', train, validation, test } : null
}

/** Images per second of steps of the whole network, trunk included, on a few batches; the weights are afterwards what they were. NaN where it cannot train. */
export const wholeRate = async (engine: EngineTf, job: TrainJob): Promise<number> => {
  const before = await getWeights(job.model)
  try {
    return await trialRate(engine, { ...job, data: trialData(job.data, job.setup.batchSize) })
  } catch {
    // What is wrong is told by the training itself.
    return Number.NaN
  } finally {
    setWeights(engine.tf, job.model, before)
  }
}
