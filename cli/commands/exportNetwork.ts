import type { ExporterDef, ExportOutput } from '../../shared/exporters/define.ts'
import { exporterOf, exporters } from '../../shared/exporters/registry.ts'
import { proofSentence } from '../../shared/exporters/verify.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import type { Resolved } from '../../shared/graph/resolved.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { Io } from '../io.ts'
import { type Loaded, loadProject, needWeights, resolveWhole } from '../load.ts'
import { saveFile, saveFolder } from '../save.ts'

/** Samples of the batch that proves an export. */
const PROBES = 32

/** Runs an exporter that needs the trained model, which is built and asked on seeded random inputs 0–1. */
const runTrained = async (
  def: ExporterDef & { readonly needsWeights: true },
  loaded: Loaded,
  resolved: Resolved,
  argument: string,
  io: Io,
): Promise<Result<ExportOutput>> => {
  const weights = needWeights(argument, loaded, resolved)
  if (!weights.ok) return weights
  const { openModel, openSession } = await import('../engine.ts')
  const session = await openSession('auto', false, io)
  if (!session.ok) return session
  const model = openModel(session.value, loaded.project, resolved, weights.value)
  if (!model.ok) return model
  const { tf } = session.value.engine
  const shape = resolved.nodes.get(resolved.inputs[0] ?? '')?.output ?? []
  const probe = tf.randomUniform([PROBES, ...shape], 0, 1, 'float32', 1)
  return def.run({ project: loaded.project, resolved, weights: weights.value, tf, model: model.value, probe })
}

const runExporter = (def: ExporterDef, loaded: Loaded, resolved: Resolved, argument: string, io: Io): Promise<Result<ExportOutput>> =>
  def.needsWeights ? runTrained(def, loaded, resolved, argument, io) : def.run({ project: loaded.project, resolved })

/** One file goes to the path itself, several into a folder of that name. */
const write = ({ files }: ExportOutput, out: string): Promise<Result<null>> => {
  const [only, ...more] = files
  return only && more.length === 0 ? saveFile(out, only.bytes) : saveFolder(out, files)
}

const say = (def: ExporterDef, { files, verified }: ExportOutput, project: ProjectFile, out: string, io: Io): void => {
  const where = files.length === 1 ? out : `${out}: ${files.map(f => f.path).join(', ')}`
  io.say(`${project.name} as ${def.title} in ${where}`)
  io.say(verified ? `Verified. ${proofSentence(verified)}` : 'Not verified: this format cannot be run here.')
}

/** Takes a network away in another format. */
export const exportNetwork = defineCommand({
  name: 'export',
  order: 7,
  summary: 'Write a network in another format.',
  argument: { name: 'file', help: 'A .netloom file; a template will do for formats without weights.' },
  options: {
    format: { kind: 'choice', values: exporters.map(e => e.id), help: 'The format.', required: true },
    out: { kind: 'text', hint: 'PATH', help: 'Where it goes: a file, or a folder for a format of several files.', required: true },
    ...JSON_OPTION,
  },
  run: async ({ format, out, json }, argument, io) => {
    const def = exporterOf(format)
    if (!def) return fail('cli/unknown-format', `There is no format "${format}".`)
    const loaded = await loadProject(argument)
    if (!loaded.ok) return loaded
    const resolved = resolveWhole(loaded.value.project)
    if (!resolved.ok) return resolved
    const output = await runExporter(def, loaded.value, resolved.value, argument, io)
    if (!output.ok) return output
    const saved = await write(output.value, out)
    if (!saved.ok) return saved
    const { files, verified } = output.value
    if (json) io.json({ format, out, files: files.map(f => ({ path: f.path, bytes: f.bytes.length })), verified })
    else say(def, output.value, loaded.value.project, out, io)
    return ok(0)
  },
})
