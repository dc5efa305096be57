import type * as tf from '@tensorflow/tfjs'
import { joinBytes } from '../bytes.ts'
import { sizeOf } from '../layers/shape.ts'
import { fail, ok, type Result } from '../result.ts'
import type { ExportInput } from './define.ts'
import { called } from './guard.ts'
import { quantise, toFloat16 } from './precision.ts'

/** How tfjs's manifest may hold weights. */
export const TFJS_PRECISIONS = ['float32', 'float16', 'uint8'] as const
export type TfjsPrecision = (typeof TFJS_PRECISIONS)[number]

/** A layers model as tfjs stores it: Keras topology, and weights one after another as their specs say. */
export interface StoredModel {
  readonly topology: object
  readonly specs: readonly tf.io.WeightsManifestEntry[]
  readonly data: Uint8Array<ArrayBuffer>
  readonly artifacts: tf.io.ModelArtifacts
}

/** Everything tfjs says about a model when asked to save it. */
const artifactsOf = (model: tf.LayersModel): Promise<tf.io.ModelArtifacts> =>
  new Promise((resolve, reject) => {
    model
      .save({
        save: async artifacts => {
          resolve(artifacts)
          return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
        },
      })
      .catch(reject)
  })

/** Refuses a layer class that plain tfjs does not bring along: such a file would load here and nowhere else. */
export const checkClasses = ({ tf, model, resolved }: ExportInput): Result<null> => {
  const known = new Set(Object.keys(tf.layers).map(name => name.toLowerCase()))
  const stranger = model.layers.find(layer => !known.has(layer.getClassName().toLowerCase()))
  return stranger
    ? fail(
        'export/unsupported-layer',
        `The node ${called(resolved, stranger.name)} (${stranger.getClassName()}) does not exist in plain tfjs, so this network cannot be exported to it.`,
        { node: stranger.name },
      )
    : ok(null)
}

/** One weight in fewer bytes, with the rule by which tfjs reads it back: half floats, or bytes with one scale and offset for the whole tensor. */
const reduced = (spec: tf.io.WeightsManifestEntry, bytes: Uint8Array, precision: TfjsPrecision) => {
  // Vectors (biases, statistics of batch norm) are few, and the rest hangs on them.
  if (precision === 'float32' || spec.shape.length < 2) return { spec, bytes }
  const values = new Float32Array(bytes.slice().buffer)
  if (precision === 'float16') {
    const quantization = { dtype: 'float16', original_dtype: 'float32' } as const
    return { spec: { ...spec, quantization }, bytes: new Uint8Array(toFloat16(values).buffer) }
  }
  const { bytes: small, scales, zeros } = quantise(values, 1)
  const scale = scales[0] ?? 1
  const quantization = { dtype: 'uint8', scale, min: -(zeros[0] ?? 0) * scale, original_dtype: 'float32' } as const
  return { spec: { ...spec, quantization }, bytes: small }
}

/** The model as tfjs stores it; the counter in tfjs's automatic model name is left out, so that the bytes are reproducible. */
export const storedModel = async (model: tf.LayersModel, precision: TfjsPrecision): Promise<StoredModel> => {
  const artifacts = await artifactsOf(model)
  const topology = artifacts.modelTopology as { readonly config: Record<string, unknown> }
  const { weightData } = artifacts
  const whole = joinBytes((Array.isArray(weightData) ? weightData : weightData ? [weightData] : []).map(part => new Uint8Array(part)))
  let at = 0
  const parts = (artifacts.weightSpecs ?? []).map(spec => {
    const size = 4 * sizeOf(spec.shape)
    at += size
    return reduced(spec, whole.subarray(at - size, at), precision)
  })
  return {
    topology: { ...topology, config: { ...topology.config, name: 'netloom' } },
    specs: parts.map(part => part.spec),
    data: precision === 'float32' ? whole : joinBytes(parts.map(part => part.bytes)),
    artifacts,
  }
}

/** Loads a stored model from its bytes and nothing else; tfjs itself undoes the rounding. */
export const loadStored = (
  lib: typeof tf,
  modelTopology: object,
  weightSpecs: tf.io.WeightsManifestEntry[],
  data: Uint8Array<ArrayBuffer>,
): Promise<tf.LayersModel> => lib.loadLayersModel(lib.io.fromMemory({ modelTopology, weightSpecs, weightData: data.buffer }))

/** What rounding did, for the proof: the mark, and the accuracy of both networks where it can be measured. Nothing for float32. */
export const roundingOf = async ({ model, score }: ExportInput, precision: TfjsPrecision, rounded: Parameters<ExportInput['score']>[0]) => {
  if (precision === 'float32') return {}
  const [before, after] = [await score(model), await score(rounded)]
  const accuracy = before && after && { before: before.accuracy, after: after.accuracy, samples: after.samples }
  return { rounded: precision === 'uint8' ? 'int8' : precision, ...(accuracy ? { accuracy } : {}) } as const
}
