import { fail, failAll, ok, type Result } from '../../result.ts'
import { isArchive, namesOf, unzipped } from '../archive.ts'
import { defineImporter, type Imported, type ImportInput } from '../define.ts'
import { translate } from '../keras/graph.ts'
import { withH5 } from '../keras/h5.ts'
import { readModelJson } from '../keras/json.ts'
import { keras3Weights } from '../keras/store.ts'
import { type Dialect, isRecord, readTopology } from '../keras/topology.ts'
import { readWeights } from '../keras/weights.ts'

const [CONFIG, WEIGHTS] = ['config.json', 'model.weights.h5']

/** Keras 2.12 and later could write this format too, and meant some names otherwise. */
const dialectOf = (metadata: Uint8Array | undefined): Dialect => {
  const json = metadata ? readModelJson(metadata, 'metadata.json') : null
  return json?.ok && isRecord(json.value) && /^2\./.test(String(json.value.keras_version)) ? 'keras2' : 'keras3'
}

const run = async ({ files, libraries, pause = async () => undefined }: ImportInput): Promise<Result<Imported>> => {
  const parts = unzipped(files)
  if (!parts.ok) return parts
  await pause()
  const bytesOf = (name: string) => parts.value.find(f => f.path === name)?.bytes
  const [config, stored] = [bytesOf(CONFIG), bytesOf(WEIGHTS)]
  if (!config) return fail('import/part-missing', `The .keras file holds no ${CONFIG}, so it does not say how the network is built.`)
  const json = readModelJson(config, CONFIG)
  if (!json.ok) return json
  const topology = readTopology(json.value, dialectOf(bytesOf('metadata.json')))
  if (!topology.ok) return topology
  const translated = translate(topology.value)
  if (!translated.ok) return translated
  const { project, notes } = translated.value
  if (!stored) return fail('import/part-missing', `The .keras file holds no ${WEIGHTS}, so its weights are missing.`)
  const read = await withH5(await libraries.h5wasm(), stored, WEIGHTS, reader =>
    readWeights(translated.value, keras3Weights(reader, topology.value.layers), pause),
  )
  if (!read.ok) return failAll(read.issues)
  return ok({ project, weights: read.value.weights, notes: [...notes, ...read.value.notes] })
}

/** The `.keras` zip of Keras 3: config.json, metadata.json and model.weights.h5. */
export const keras = defineImporter({
  id: 'keras',
  title: 'Keras 3',
  extensions: ['.keras'],
  matches: files => {
    const names = namesOf(files)
    return isArchive(files) && (names.includes('metadata.json') || names.includes(WEIGHTS)) && !names.includes('header.json')
  },
  run,
})
