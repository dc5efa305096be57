import type * as tfjs from '@tensorflow/tfjs'
import type { Part, PreparedData } from '../data/prepared.ts'
import type { ExportInput, Predict } from '../exporters/define.ts'
import type { LossId } from '../graph/document.ts'
import { evaluate } from './evaluate.ts'
import { tally } from './metrics.ts'
import { type Objective, objectiveOf } from './objective.ts'
import type { EngineTf } from './tf.ts'

/** Samples that prove an export. */
const PROOF_SAMPLES = 32

const shapeOf = (tensor: tfjs.SymbolicTensor): number[] => tensor.shape.slice(1).map(d => d ?? 1)

/** How many different numbers an input may hold, if an Embedding looks them up in its table; 0 for any number. */
const wordsOf = (model: tfjs.LayersModel, input: tfjs.SymbolicTensor): number => {
  const table = model.layers.find(layer => layer.getClassName() === 'Embedding' && [layer.input].flat().includes(input))
  return Number(table?.getConfig().inputDim ?? 0)
}

const noise = (tf: EngineTf['tf'], shape: number[], words: number, seed: number): tfjs.Tensor => {
  if (words === 0) return tf.randomNormal(shape, 0, 1, 'float32', seed)
  return tf.tidy(() => tf.floor(tf.randomUniform(shape, 0, words, 'float32', seed)))
}

/** Inputs for proving an export, one tensor per input: samples of the data where a single input takes them, else seeded noise. The caller disposes of them. */
export const proofInputs = ({ tf }: EngineTf, model: tfjs.LayersModel, data: PreparedData | null): tfjs.Tensor[] => {
  const part = data && [data.test, data.train, data.validation].find(p => p.count > 0)
  const [only, ...more] = model.inputs.map(shapeOf)
  const size = only?.reduce((a, b) => a * b, 1) ?? 0
  if (part && only && more.length === 0 && part.inputs.length === part.count * size) {
    const count = Math.min(PROOF_SAMPLES, part.count)
    return [tf.tensor(part.inputs.slice(0, count * size), [count, ...only])]
  }
  return model.inputs.map((input, i) => noise(tf, [PROOF_SAMPLES, ...shapeOf(input)], wordsOf(model, input), i + 1))
}

/** Most samples that are scored in one pass of a runtime. */
const SCORE_BATCH = 256

/** Share of right answers of a runtime over a part, 0–1. */
const accuracyOf = async ({ breathe }: EngineTf, predict: Predict, { head }: Objective, part: Part): Promise<number> => {
  const per = part.inputs.length / part.count
  const counted = tally(head, false)
  for (let start = 0; start < part.count; start += SCORE_BATCH) {
    const n = Math.min(SCORE_BATCH, part.count - start)
    counted.add(await predict(part.inputs.slice(start * per, (start + n) * per), n), part.targets.subarray(start, start + n), n, 0)
    await breathe()
  }
  return counted.result().accuracy
}

/** How `ExportInput.score` is answered for what was made of this model: accuracy on the test part, else on the validation part. */
export const scorer =
  (engine: EngineTf, model: tfjs.LayersModel, loss: LossId, data: PreparedData | null): ExportInput['score'] =>
  async network => {
    const part = data && [data.test, data.validation].find(p => p.count > 0)
    const objective = data && objectiveOf(engine.tf, typeof network === 'function' ? model : network, loss, data)
    if (!part || !objective?.ok || objective.value.head.kind === 'values') return null
    if (typeof network === 'function') return { accuracy: await accuracyOf(engine, network, objective.value, part), samples: part.count }
    const pace = { breathe: () => engine.breathe() }
    const found = await evaluate({ tf: engine.tf, objective: objective.value, part, shape: data.shape, pace })
    return found && { accuracy: found.accuracy, samples: found.count }
  }
