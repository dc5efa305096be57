import type * as tfjs from '@tensorflow/tfjs'
import type { Part, PreparedData } from '../data/prepared.ts'
import { sizeOf } from '../layers/shape.ts'
import { openBatches, range } from './batches.ts'
import { trialData, trialRate } from './choose.ts'
import type { Pace } from './predict.ts'
import type { TrainJob } from './run.ts'
import type { EngineTf, Tf } from './tf.ts'
import type { Trunk } from './trunk.ts'
import { getWeights, setWeights } from './weights.ts'

/** Samples that go through the trunk at a time. */
const CHUNK = 128
/** Least time between two tellings of the progress, ms. */
const TELL_EVERY = 100

/** Outputs of a trunk for one part; yields how many samples are done, and gives null when told to end. */
async function* partFeatures(tf: Tf, watching: tfjs.LayersModel, trunk: Trunk, data: PreparedData, part: Part, pace: Pace) {
  const size = sizeOf(trunk.shape)
  const inputs = new Float32Array(part.count * size)
  const batches = openBatches(tf, part, data.shape)
  let told = performance.now()
  try {
    for (let start = 0; start < part.count; start += CHUNK) {
      const output = tf.tidy(() => {
        const { x } = batches.take(range(start, Math.min(CHUNK, part.count - start)))
        return watching.apply(x, { training: false }) as tfjs.Tensor
      })
      inputs.set(await output.data(), start * size)
      output.dispose()
      await pace.breathe()
      if (pace.stopping?.()) return null
      if (performance.now() - told < TELL_EVERY) continue
      told = performance.now()
      yield start + CHUNK
    }
  } finally {
    batches.dispose()
  }
  return { inputs, targets: part.targets, count: part.count }
}

/** The data as the trunk puts it out, in inference mode: training and validation part. Yields the share done; null when told to end. */
export async function* featuresOf(
  tf: Tf,
  model: tfjs.LayersModel,
  trunk: Trunk,
  data: PreparedData,
  pace: Pace,
): AsyncGenerator<number, PreparedData | null> {
  const watching = tf.model({ inputs: model.inputs, outputs: model.getLayer(trunk.end).output as tfjs.SymbolicTensor })
  const all = data.train.count + data.validation.count
  const parts: Part[] = []
  let before = 0
  for (const part of [data.train, data.validation]) {
    const made = partFeatures(tf, watching, trunk, data, part, pace)
    let step = await made.next()
    for (; !step.done; step = await made.next()) yield (before + step.value) / all
    if (!step.value) return null
    parts.push(step.value)
    before += part.count
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
