import type * as tf from '@tensorflow/tfjs'
import type { ExportedFile } from '../../engine/protocol.ts'
import { p } from '../../layers/params.ts'
import { ok } from '../../result.ts'
import { defineExporter } from '../define.ts'
import { checkGraph, checkWeights } from '../guard.ts'
import { checkClasses, loadStored, roundingOf, type StoredModel, storedModel, TFJS_PRECISIONS } from '../layersModel.ts'
import { judge, runModel, verifyRun } from '../verify.ts'

const WEIGHTS_FILE = 'weights.bin'

/** The two files of a LayersModel. */
const filesOf = ({ topology, specs, data, artifacts }: StoredModel): ExportedFile[] => {
  const json = {
    format: artifacts.format,
    generatedBy: artifacts.generatedBy,
    convertedBy: artifacts.convertedBy ?? null,
    modelTopology: topology,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: specs }],
  }
  return [
    { path: 'model.json', bytes: new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`) },
    { path: WEIGHTS_FILE, bytes: data },
  ]
}

interface ModelJson {
  readonly modelTopology: object
  readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[]
}

/** Loads the files as any tfjs program would. */
const reload = (lib: typeof tf, files: readonly ExportedFile[]): Promise<tf.LayersModel> => {
  const bytesOf = (path: string): Uint8Array<ArrayBuffer> => files.find(f => f.path === path)?.bytes ?? new Uint8Array()
  const json = JSON.parse(new TextDecoder().decode(bytesOf('model.json'))) as ModelJson
  const specs = json.weightsManifest.flatMap(group => group.weights)
  return loadStored(lib, json.modelTopology, specs, bytesOf(WEIGHTS_FILE))
}

/** TensorFlow.js LayersModel: `model.json` and `weights.bin`, proven by loading them again. */
export const tfjs = defineExporter({
  id: 'tfjs',
  title: 'TensorFlow.js',
  doc: 'A LayersModel for web pages and Node: model.json and weights.bin, loaded with tf.loadLayersModel.',
  extension: '-tfjs',
  params: {
    precision: p.choice({
      label: 'Precision',
      help: 'Kernels in 4, 2 or 1 bytes per weight; biases and other vectors stay as they are.',
      values: TFJS_PRECISIONS,
      default: 'float32',
    }),
  },
  needsWeights: true,
  run: async (input, { precision }) => {
    for (const check of [checkGraph(input.resolved), checkWeights(input), checkClasses(input)]) if (!check.ok) return check
    const files = filesOf(await storedModel(input.model, precision))
    const copy = await reload(input.tf, files)
    try {
      const found = await verifyRun(`tfjs ${input.tf.version.tfjs}`, input.model, input.probes, () => runModel(copy, input.probes))
      const verified = judge({ ...found, ...(await roundingOf(input, precision, copy)) })
      return verified.ok ? ok({ files, verified: verified.value }) : verified
    } finally {
      copy.dispose()
    }
  },
})
