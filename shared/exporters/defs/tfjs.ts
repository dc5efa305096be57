import type * as tf from '@tensorflow/tfjs'
import type { ExportedFile } from '../../engine/protocol.ts'
import { fail, ok, type Result } from '../../result.ts'
import { defineExporter, type ExportInput } from '../define.ts'
import { called, checkGraph, checkWeights } from '../guard.ts'
import { verifyModels } from '../verify.ts'

const WEIGHTS_FILE = 'weights.bin'

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

const joined = (data: tf.io.WeightData | undefined): Uint8Array<ArrayBuffer> => {
  const parts = (Array.isArray(data) ? data : data ? [data] : []).map(part => new Uint8Array(part))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Refuses a layer class that plain tfjs does not bring along: such a file would load here and nowhere else. */
const checkClasses = ({ tf, model, resolved }: ExportInput): Result<null> => {
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

/** The two files of a LayersModel; the counter in tfjs's automatic model name is left out, so that the bytes are reproducible. */
const filesOf = (artifacts: tf.io.ModelArtifacts): ExportedFile[] => {
  const topology = artifacts.modelTopology as { config: Record<string, unknown> }
  const json = {
    format: artifacts.format,
    generatedBy: artifacts.generatedBy,
    convertedBy: artifacts.convertedBy ?? null,
    modelTopology: { ...topology, config: { ...topology.config, name: 'netloom' } },
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: artifacts.weightSpecs ?? [] }],
  }
  return [
    { path: 'model.json', bytes: new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`) },
    { path: WEIGHTS_FILE, bytes: joined(artifacts.weightData) },
  ]
}

interface ModelJson {
  readonly modelTopology: object
  readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[]
}

/** Loads the files as any tfjs program would, from their bytes and nothing else. */
const reload = (lib: typeof tf, files: readonly ExportedFile[]): Promise<tf.LayersModel> => {
  const bytesOf = (path: string): Uint8Array<ArrayBuffer> => files.find(f => f.path === path)?.bytes ?? new Uint8Array()
  const json = JSON.parse(new TextDecoder().decode(bytesOf('model.json'))) as ModelJson
  return lib.loadLayersModel(
    lib.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(group => group.weights),
      weightData: bytesOf(WEIGHTS_FILE).buffer,
    }),
  )
}

/** TensorFlow.js LayersModel: `model.json` and `weights.bin`, proven by loading them again. */
export const tfjs = defineExporter({
  id: 'tfjs',
  title: 'TensorFlow.js',
  doc: 'A LayersModel for web pages and Node: model.json and weights.bin, loaded with tf.loadLayersModel.',
  extension: '-tfjs',
  params: {},
  needsWeights: true,
  run: async input => {
    for (const check of [checkGraph(input.resolved), checkWeights(input), checkClasses(input)]) if (!check.ok) return check
    const files = filesOf(await artifactsOf(input.model))
    const copy = await reload(input.tf, files)
    try {
      const verified = await verifyModels(`tfjs ${input.tf.version.tfjs}`, input.model, copy, input.probes)
      return verified.ok ? ok({ files, verified: verified.value }) : verified
    } finally {
      copy.dispose()
    }
  },
})
