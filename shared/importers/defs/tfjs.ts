import type { ExportedFile } from '../../engine/protocol.ts'
import { fail, type Issue, issue, ok, type Result } from '../../result.ts'
import { namesOf, unzipped } from '../archive.ts'
import { defineImporter, type Imported, type ImportInput } from '../define.ts'
import { translate } from '../keras/graph.ts'
import { looksLikeJson, readModelJson } from '../keras/json.ts'
import { isRecord, quoted, readTopology } from '../keras/topology.ts'
import { readWeights } from '../keras/weights.ts'
import { gatherShards, type Manifest, readManifest, tfjsWeights } from '../tfjs/manifest.ts'

type Json = Readonly<Record<string, unknown>>

const isModel = (value: unknown): value is Json => isRecord(value) && ('modelTopology' in value || 'weightsManifest' in value)

/** The JSON of the model among the files, already guarded. */
const findModel = (files: readonly ExportedFile[]): Result<{ readonly file: ExportedFile; readonly json: Json }> => {
  for (const file of files.filter(f => looksLikeJson(f.bytes))) {
    const json = readModelJson(file.bytes, file.path)
    if (!json.ok) return json
    if (isModel(json.value)) return ok({ file, json: json.value })
  }
  return fail('import/no-model-json', 'None of the files is the model.json of a TensorFlow.js model.')
}

const run = async ({ files, pause = async () => undefined }: ImportInput): Promise<Result<Imported>> => {
  const parts = unzipped(files)
  if (!parts.ok) return parts
  const model = findModel(parts.value)
  if (!model.ok) return model
  const { file, json } = model.value
  if (json.format === 'graph-model' || (isRecord(json.modelTopology) && 'node' in json.modelTopology))
    return fail(
      'import/graph-model',
      `${quoted(file.path)} is a TensorFlow.js GraphModel, which holds single operations and no layers; only a LayersModel can be opened.`,
    )
  const topology = readTopology(json.modelTopology, 'tfjs')
  if (!topology.ok) return topology
  const translated = translate(topology.value)
  if (!translated.ok) return translated
  await pause()
  const { project, notes } = translated.value
  const manifest = readManifest(json.weightsManifest)
  if (!manifest.ok) return manifest
  const [alone] = lonely(parts.value, file, manifest.value)
  if (alone) return ok({ project, weights: null, notes: [...notes, alone] })
  const shards = gatherShards(manifest.value, parts.value, file)
  if (!shards.ok) return shards
  const read = await readWeights(translated.value, tfjsWeights(manifest.value, shards.value.bytes, topology.value.layers), pause)
  if (!read.ok) return read
  return ok({ project, weights: read.value.weights, notes: [...notes, ...shards.value.notes, ...read.value.notes] })
}

/** A model.json without any other file is a network without weights. */
const lonely = (files: readonly ExportedFile[], json: ExportedFile, manifest: Manifest): readonly Issue[] =>
  files.every(f => f === json) && manifest.groups.some(g => g.paths.length > 0)
    ? [
        issue(
          'import/no-weights',
          `The weights of ${quoted(json.path)} lie in ${manifest.groups
            .flatMap(g => g.paths)
            .slice(0, 3)
            .map(quoted)
            .join(', ')}; open them together with it. Without them the network begins with random ones.`,
          { severity: 'warning' },
        ),
      ]
    : []

const hasModel = (files: readonly ExportedFile[]): boolean =>
  files.some(f => {
    if (!looksLikeJson(f.bytes)) return false
    const json = readModelJson(f.bytes, f.path)
    return json.ok && isModel(json.value)
  })

/** TensorFlow.js LayersModel: model.json with its shards, as files, a folder or a zip. */
export const tfjs = defineImporter({
  id: 'tfjs',
  title: 'TensorFlow.js',
  extensions: ['.json', '.bin', '.zip'],
  matches: files => {
    if (hasModel(files)) return true
    const names = namesOf(files)
    return files.length === 1 && names.some(n => /(^|\/)model[^/]*\.json$/i.test(n)) && !names.includes('header.json')
  },
  run,
})
