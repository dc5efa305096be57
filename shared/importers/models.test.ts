import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { libraries } from '../../node/libraries.ts'
import { gunzip } from '../data/decode/gzip.ts'
import { decodeIdxImages, decodeIdxLabels } from '../data/decode/idx.ts'
import { getWeights } from '../engine/weights.ts'
import type { AnyExporter, ExportInput } from '../exporters/define.ts'
import { keras } from '../exporters/defs/keras.ts'
import { tfjs } from '../exporters/defs/tfjs.ts'
import { resolve } from '../graph/resolve.ts'
import { parseParams } from '../layers/params.ts'
import { unwrap } from '../result.ts'
import { besides, hasModels, modelOf, models, read } from './importers.testkit.ts'
import type { ReadFiles } from './read.ts'

const SAMPLES = 200
/** Samples on which two models must agree. */
const COMPARED = 20

/** The first digits of MNIST's test set with values 0–1. */
const digits = (): { x: tf.Tensor2D; labels: Uint8Array } => {
  const file = (name: string) => unwrap(gunzip(besides(`datasets/mnist/${name}`), name))
  const images = unwrap(decodeIdxImages(file('t10k-images-idx3-ubyte.gz'), 'images'))
  const labels = unwrap(decodeIdxLabels(file('t10k-labels-idx1-ubyte.gz'), 'labels')).slice(0, SAMPLES)
  const values = Float32Array.from(images.pixels.subarray(0, SAMPLES * 784), v => v / 255)
  return { x: tf.tensor2d(values, [SAMPLES, 784]), labels }
}

const fitted = (x: tf.Tensor2D, model: tf.LayersModel, count = COMPARED): tf.Tensor =>
  x.slice(0, count).reshape([count, ...((model.inputs[0]?.shape ?? []).slice(1) as number[])])

const difference = (a: tf.LayersModel, b: tf.LayersModel, x: tf.Tensor2D): number =>
  tf.max(tf.abs(tf.sub(a.predict(fitted(x, a)) as tf.Tensor, b.predict(fitted(x, b)) as tf.Tensor))).dataSync()[0] ?? 1

const accuracy = (model: tf.LayersModel, { x, labels }: ReturnType<typeof digits>): number => {
  const classes = (model.predict(fitted(x, model, SAMPLES)) as tf.Tensor).argMax(1).dataSync()
  return labels.reduce((right, label, i) => right + Number(label === classes[i]), 0) / SAMPLES
}

const exportInput = async ({ project }: ReadFiles, model: tf.LayersModel, probe: tf.Tensor): Promise<ExportInput> => ({
  project,
  resolved: resolve(project),
  history: [],
  data: null,
  weights: await getWeights(model),
  tf,
  libraries,
  model,
  probes: [probe],
  score: async () => null,
})

const roundTrip = async (original: ReadFiles, format: AnyExporter, set: ReturnType<typeof digits>): Promise<number> => {
  if (!format.needsWeights) throw new Error('needs weights')
  const model = modelOf(original)
  const { files } = unwrap(
    await format.run(await exportInput(original, model, fitted(set.x, model)), parseParams(format.params, {}).values),
  )
  return difference(model, modelOf(unwrap(await read(files))), set.x)
}

beforeAll(async () => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
})

describe.skipIf(!hasModels)('models of other programs (skipped where none lie beside the repository)', () => {
  const kinds = [
    ['one file', ['keras-mnist.h5']],
    ['JSON and weights', ['keras-topology.json', 'keras-weights.h5']],
  ] as const

  it.each(kinds)(
    'a Keras 2 network as %s knows handwritten digits and survives the way out and back',
    { timeout: 120_000 },
    async (_, names) => {
      const set = digits()
      const opened = unwrap(await read(models(...names)))
      expect(resolve(opened.project).buildable).toBe(true)
      expect(accuracy(modelOf(opened), set)).toBeGreaterThan(0.95)
      expect(await roundTrip(opened, tfjs, set)).toBeLessThanOrEqual(1e-6)
      expect(await roundTrip(opened, keras, set)).toBeLessThanOrEqual(1e-6)
    },
  )

  // This file holds weights that nobody trained, so there is nothing for it to know.
  it('a tfjs network computes what tfjs itself makes of it, and survives the way out and back', { timeout: 120_000 }, async () => {
    const set = digits()
    const files = models('tfjs-mnist.json', 'tfjs-mnist.weights.bin')
    const opened = unwrap(await read(files))
    const json = JSON.parse(new TextDecoder().decode(files[0]?.bytes))
    const memory = { modelTopology: json.modelTopology, weightSpecs: json.weightsManifest[0].weights, weightData: files[1]?.bytes.buffer }
    const own = await tf.loadLayersModel(tf.io.fromMemory(memory as tf.io.ModelArtifacts))
    expect(difference(modelOf(opened), own, set.x)).toBe(0)
    expect(await roundTrip(opened, tfjs, set)).toBeLessThanOrEqual(1e-6)
    expect(await roundTrip(opened, keras, set)).toBeLessThanOrEqual(1e-6)
  })

  it('opens an architecture without weights and says so', async () => {
    for (const name of ['keras-topology.json', 'tfjs-mnist.json']) {
      const opened = unwrap(await read(models(name)))
      expect(opened.weights).toBeNull()
      expect(opened.notes.at(-1)?.code).toBe('import/no-weights')
    }
  })

  it('says which file is missing when weights come alone', async () => {
    const answer = await read(models('keras-weights.h5'))
    expect(answer).toMatchObject({ ok: false, issues: [{ code: 'import/weights-alone' }] })
  })
})
