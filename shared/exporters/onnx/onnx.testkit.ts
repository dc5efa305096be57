import * as tf from '@tensorflow/tfjs'
import { libraries } from '../../../node/libraries.ts'
import { buildModel } from '../../engine/build.ts'
import { getWeights, setWeights } from '../../engine/weights.ts'
import { resolve } from '../../graph/resolve.ts'
import type { Resolved } from '../../graph/resolved.ts'
import type { AnyLayerDef } from '../../layers/define.ts'
import { dims, type Shape, sizeOf } from '../../layers/shape.ts'
import { unwrap } from '../../result.ts'
import { rng as rngOf } from '../../rng.ts'
import type { ExportInput } from '../define.ts'
import { node, projectOf } from '../exporters.testkit.ts'
import type { Precision } from '../precision.ts'
import { modelParts } from './file.ts'
import { lower } from './lower.ts'
import { joined } from './protobuf.ts'
import { openOnnx } from './runtime.ts'

/** A layer's inputs and parameters, as its documented cases. */
export interface Case {
  readonly input: readonly Shape[]
  readonly params: Readonly<Record<string, unknown>>
}
/** The case in words. */
export const caseName = (c: Case): string => `${c.input.map(dims).join(' + ')} ${JSON.stringify(c.params)}`

/** The layer behind its inputs; `first` puts a convolution between, so that its inputs arrive with channels first. */
export const projectFor = (def: AnyLayerDef, c: Case, first: boolean) => {
  const before = (rank: number): string | null => (first ? ([null, null, 'conv1d', 'conv2d'][rank] ?? null) : null)
  const size = (rank: number): unknown => (rank === 2 ? 1 : [1, 1])
  const inputs = c.input.map((shape, i) => node(`in${i}`, 'input', { shape: [...shape] }))
  const turns = c.input.flatMap((shape, i) => {
    const type = before(shape.length)
    return type ? [node(`turn${i}`, type, { filters: shape.at(-1) ?? 1, kernelSize: size(shape.length) })] : []
  })
  const wires = c.input.flatMap((shape, i) => (before(shape.length) ? [`in${i}>turn${i}`, `turn${i}>it`] : [`in${i}>it`]))
  return projectOf([...inputs, ...turns, node('it', def.type, { ...c.params })], wires)
}

/** Weights of the size that training leaves, and positive where they are variances. */
const randomWeights = (model: tf.LayersModel, seed: number) => {
  const rng = rngOf(seed)
  return getWeights(model).then(weights =>
    weights.map(w => {
      const spread = /kernel/.test(w.name) ? Math.sqrt(2 / sizeOf(w.shape.slice(0, -1))) : 0.5
      const values = w.values.map(() => (/variance/.test(w.name) ? 0.2 + 2 * rng.next() : spread * rng.normal()))
      return { ...w, values }
    }),
  )
}

/** Three samples for each input of a case: normal noise, or words. */
export const probesFor = (def: AnyLayerDef, c: Case, seed: number): tf.Tensor[] => {
  const rng = rngOf(seed)
  return c.input.map(shape => {
    const words = def.type === 'embedding' ? Number(c.params.inputDim) : 0
    const values = Float32Array.from({ length: 3 * sizeOf(shape) }, () => (words ? rng.int(words) : 1.5 * rng.normal()))
    return tf.tensor(values, [3, ...shape])
  })
}

/** A network with several inputs or outputs, which cannot be trained here but can be written. */
const severalEnds = (resolved: Resolved): Resolved => {
  const issues = resolved.issues.filter(i => i.code !== 'graph/several-inputs' && i.code !== 'graph/several-outputs')
  return { ...resolved, issues, buildable: issues.length === 0 }
}

/** What an exporter gets for a network with such weights; one of several inputs or outputs too. */
export const openWith = async (project: ReturnType<typeof projectOf>, probes: tf.Tensor[], seed: number): Promise<ExportInput> => {
  const resolved = severalEnds(resolve(project))
  const model = unwrap(buildModel(resolved, tf, 1))
  const weights = await randomWeights(model, seed)
  setWeights(tf, model, weights)
  return { project, resolved, history: [], weights, tf, libraries, model, data: null, probes, score: async () => null }
}

/** What ONNX Runtime makes of the file of a network. */
export const outputsOfFile = async (input: ExportInput, precision: Precision = 'float32'): Promise<Float32Array[]> => {
  const lowered = unwrap(lower(input, precision))
  const file = joined(modelParts({ ...lowered, name: 'test', doc: '', metadata: {} }))
  const running = await openOnnx(libraries, file, lowered.inputs, lowered.outputs)
  const outputs = await running.run(input.probes)
  await running.close()
  return outputs
}

/** Largest difference of any output value, relative to the largest value where that is above 1. */
export const difference = (wanted: ArrayLike<number>, got: ArrayLike<number>): number => {
  if (wanted.length !== got.length) return Number.POSITIVE_INFINITY
  let [size, worst] = [1, 0]
  for (let i = 0; i < wanted.length; i++) {
    const d = Math.abs((wanted[i] ?? Number.NaN) - (got[i] ?? Number.NaN))
    if (Number.isNaN(d)) return Number.POSITIVE_INFINITY
    size = Math.max(size, Math.abs(wanted[i] ?? 0))
    worst = Math.max(worst, d)
  }
  return worst / size
}
