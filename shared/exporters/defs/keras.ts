import { zipSync } from 'fflate'
import { buildModel } from '../../engine/build.ts'
import type { ExportedFile, Verification } from '../../engine/protocol.ts'
import { setWeights } from '../../engine/weights.ts'
import { resolve } from '../../graph/resolve.ts'
import type { Resolved } from '../../graph/resolved.ts'
import { keras as kerasImporter } from '../../importers/defs/keras.ts'
import { kerasDifference } from '../../importers/keras/layer.ts'
import { fail, ok, type Result } from '../../result.ts'
import { defineExporter, type ExportInput } from '../define.ts'
import { activeNodes, called, checkGraph, checkWeights } from '../guard.ts'
import { fileLayers, kerasConfig } from '../kerasFile/config.ts'
import { weightsH5 } from '../kerasFile/weightsH5.ts'
import { verifyModels } from '../verify.ts'

/** Version whose layout is written; newer ones read it. */
const KERAS_VERSION = '3.15.1'
const SAVED = '2000-01-01@00:00:00'

/** Refuses a layer that Keras computes otherwise, by its name. */
const checkKeras = (resolved: Resolved): Result<null> => {
  for (const id of activeNodes(resolved)) {
    const entry = resolved.nodes.get(id)
    const why = entry?.def && kerasDifference(entry.def, entry.params)
    if (why)
      return fail(
        'export/unsupported-layer',
        `The node ${called(resolved, id)} (${entry.def?.title}) cannot be exported to Keras, because ${why}; change it first.`,
        { node: id },
      )
  }
  return ok(null)
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** Reads the file as anybody's Keras file is read, and compares the answers. */
const prove = async (input: ExportInput, file: ExportedFile): Promise<Result<Verification>> => {
  const read = await kerasImporter.run({ files: [file], open: null, tf: input.tf, libraries: input.libraries })
  if (!read.ok) return read
  const copy = buildModel(resolve(read.value.project), input.tf, 0)
  if (!copy.ok) return copy
  try {
    const weights = read.value.weights ?? []
    const set = setWeights(input.tf, copy.value, weights)
    if (set !== input.weights.length)
      return fail('export/not-equal', `The exported network brings back ${set} of ${input.weights.length} weights, so nothing was written.`)
    return await verifyModels('Netloom’s own reader', input.model, copy.value, input.probes)
  } finally {
    copy.value.dispose()
  }
}

/** The `.keras` file of Keras 3: architecture, training setup and weights in one zip. */
export const keras = defineExporter({
  id: 'keras',
  title: 'Keras',
  doc: 'A .keras file with architecture and weights for Keras 3: keras.saving.load_model("model.keras").',
  extension: '.keras',
  params: {},
  needsWeights: true,
  run: async input => {
    for (const check of [checkGraph(input.resolved), checkWeights(input), checkKeras(input.resolved)]) if (!check.ok) return check
    const layers = fileLayers(input.resolved)
    const parts = {
      'metadata.json': encode({ keras_version: KERAS_VERSION, date_saved: SAVED }),
      'config.json': encode(kerasConfig(input, layers)),
      'model.weights.h5': weightsH5(await input.libraries.h5wasm(), layers, input.weights),
    }
    const bytes = zipSync(parts, { level: 0, mtime: new Date(2000, 0, 1) })
    const file = { path: 'model.keras', bytes }
    const verified = await prove(input, file)
    return verified.ok ? ok({ files: [file], verified: verified.value }) : verified
  },
})
