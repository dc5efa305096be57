import type { ExportedFile } from '../../engine/protocol.ts'
import { fail, type Issue, issue, ok, type Result } from '../../result.ts'
import { defineImporter, type Imported, type ImportInput } from '../define.ts'
import { type Translated, translate } from '../keras/graph.ts'
import { type H5Reader, isH5, withH5 } from '../keras/h5.ts'
import { looksLikeJson, readModelJson } from '../keras/json.ts'
import { keras2Root, keras2Weights, keras3Weights } from '../keras/store.ts'
import { isTopology, quoted, readTopology, type Topology } from '../keras/topology.ts'
import { type FindWeights, readWeights } from '../keras/weights.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Description of a network in a JSON file or in the attribute of an HDF5 file. */
const readDescription = (bytes: Uint8Array, path: string): Result<Topology> => {
  const json = readModelJson(bytes, path)
  return json.ok ? readTopology(json.value) : json
}

/** The layout is told by what is there, not by a version number. */
const finderOf = (reader: H5Reader, { layers }: Topology): FindWeights | null => {
  const root = keras2Root(reader)
  if (root !== null) return keras2Weights(reader, root)
  return reader.isGroup('layers') || reader.isGroup('_layer_checkpoint_dependencies') ? keras3Weights(reader, layers) : null
}

/** Weights of an HDF5 file for a network that is described in it or beside it. */
const readH5 = async (
  reader: H5Reader,
  file: ExportedFile,
  beside: Topology | null,
  pause: () => Promise<void>,
): Promise<Result<Imported>> => {
  const own = reader.texts('', 'model_config')?.[0]
  const described = own === undefined ? null : readDescription(encode(own), `model_config of ${file.path}`)
  if (described && !described.ok) return described
  const topology = described?.value ?? beside
  if (!topology)
    return fail(
      'import/weights-alone',
      `${quoted(file.path)} holds weights alone; open it together with the JSON file that describes the network.`,
    )
  const translated = translate(topology)
  if (!translated.ok) return translated
  const find = finderOf(reader, topology)
  if (!find) return ok(bare(translated.value, [noWeights(file.path)]))
  const read = await readWeights(translated.value, find, pause)
  if (!read.ok) return read
  return ok({ ...bare(translated.value, read.value.notes), weights: read.value.weights })
}

const bare = ({ project, notes }: Translated, more: readonly Issue[]): Imported => ({ project, weights: null, notes: [...notes, ...more] })

const noWeights = (path: string): Issue =>
  issue('import/no-weights', `${quoted(path)} holds no weights: the network begins with random ones.`, { severity: 'warning' })

const isDescription = (file: ExportedFile): boolean => {
  if (!looksLikeJson(file.bytes)) return false
  const json = readModelJson(file.bytes, file.path)
  return json.ok && isTopology(json.value)
}

const run = async ({ files, libraries, pause = async () => undefined }: ImportInput): Promise<Result<Imported>> => {
  const stored = files.filter(f => isH5(f.bytes))
  const described = files.filter(f => !isH5(f.bytes) && looksLikeJson(f.bytes))
  const [weights, ...moreWeights] = stored
  const [json, ...moreJson] = described
  if (moreWeights.length > 0 || moreJson.length > 0 || stored.length + described.length < files.length)
    return fail(
      'import/too-many-files',
      'A Keras network is one .h5 file, or one JSON file with one .h5 file of weights; other files came along.',
    )
  const beside = json ? readDescription(json.bytes, json.path) : ok(null)
  if (!beside.ok) return beside
  if (weights) return withH5(await libraries.h5wasm(), weights.bytes, weights.path, reader => readH5(reader, weights, beside.value, pause))
  const translated = beside.value ? translate(beside.value) : fail('import/no-file', 'No file was chosen.')
  return translated.ok ? ok(bare(translated.value, [noWeights(json?.path ?? '')])) : translated
}

/** Keras networks as one HDF5 file, or as JSON with or without an HDF5 file of weights. */
export const kerasH5 = defineImporter({
  id: 'keras-h5',
  title: 'Keras HDF5 or JSON',
  extensions: ['.h5', '.hdf5', '.json'],
  matches: files => files.some(f => isH5(f.bytes)) || (files.length > 0 && files.every(isDescription)),
  run,
})
