import * as tf from '@tensorflow/tfjs'
import { libraries } from '../../../node/libraries.ts'
import { buildModel } from '../../engine/build.ts'
import { getWeights, setWeights } from '../../engine/weights.ts'
import type { GraphNode, ProjectFile } from '../../graph/document.ts'
import { resolve } from '../../graph/resolve.ts'
import type { Resolved } from '../../graph/resolved.ts'
import type { AnyLayerDef } from '../../layers/define.ts'
import { parseParams } from '../../layers/params.ts'
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

/** A convolution that keeps the size of a sequence or an image; null for a row of values. */
const turn = (id: string, shape: Shape): GraphNode | null => {
  const [type, kernelSize] = shape.length === 2 ? ['conv1d', 1] : ['conv2d', [1, 1]]
  return shape.length === 2 || shape.length === 3 ? node(id, type, { filters: shape.at(-1) ?? 1, kernelSize }) : null
}

/** The layer behind its inputs; `turned` puts convolutions before and after it, so that it stands among tensors with channels first. */
export const projectFor = (def: AnyLayerDef, c: Case, turned: boolean): ProjectFile => {
  const output = unwrap(def.shape(unwrap(def.input.accept(c.input)), parseParams(def.params, c.params).values))
  const before = c.input.map((shape, i) => (turned ? turn(`before${i}`, shape) : null))
  const after = turned ? turn('after', output) : null
  const nodes = c.input.map((shape, i) => node(`in${i}`, 'input', { shape: [...shape] }))
  const wires = before.flatMap((made, i) => (made ? [`in${i}>${made.id}`, `${made.id}>it`] : [`in${i}>it`]))
  const extra = [...before, after].filter(made => made !== null)
  return projectOf([...nodes, ...extra, node('it', def.type, { ...c.params })], [...wires, ...(after ? ['it>after'] : [])])
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
export const openWith = async (project: ProjectFile, probes: tf.Tensor[], seed: number): Promise<ExportInput> => {
  const resolved = severalEnds(resolve(project))
  const model = unwrap(buildModel(resolved, tf, 1))
  const weights = await randomWeights(model, seed)
  setWeights(tf, model, weights)
  return { project, resolved, history: [], weights, tf, libraries, model, data: null, probes, score: async () => null }
}

/** Costs that make the runtime take the three samples in two passes. */
const PASSES = 2e9

/** What ONNX Runtime makes of the file of a network. */
export const outputsOfFile = async (input: ExportInput, precision: Precision = 'float32'): Promise<Float32Array[]> => {
  const lowered = unwrap(lower(input, precision))
  const file = joined(modelParts({ ...lowered, name: 'test', doc: '', metadata: {} }))
  const running = await openOnnx(libraries, file, lowered, PASSES)
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
