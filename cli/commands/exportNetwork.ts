import { libraries } from '../../node/libraries.ts'
import { proofInputs, scorer } from '../../shared/engine/proof.ts'
import type { AnyExporter, ExportOutput } from '../../shared/exporters/define.ts'
import { exporterOf, exporters } from '../../shared/exporters/registry.ts'
import { proofSentence } from '../../shared/exporters/verify.ts'
import { inputShapeOf } from '../../shared/graph/checkData.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import type { Resolved } from '../../shared/graph/resolved.ts'
import { type ParamSchema, parseParams, readParam } from '../../shared/layers/params.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { loadData } from '../data.ts'
import type { Io } from '../io.ts'
import { type Loaded, loadProject, needWeights, resolveWhole } from '../load.ts'
import { saveFile, saveFolder } from '../save.ts'

/** What is exported and how. */
interface Task {
  readonly loaded: Loaded
  readonly resolved: Resolved
  readonly argument: string
  /** Choices of the format, parsed. */
  readonly set: Readonly<Record<string, unknown>>
  /** Data whose samples prove the export; seeded noise without it. */
  readonly source: string | undefined
}

/** Choices given as `name=value,name=value`. */
const readChoices = (schema: ParamSchema, text: string): Result<Readonly<Record<string, unknown>>> => {
  const values: Record<string, unknown> = { ...parseParams(schema, {}).values }
  for (const pair of text.split(',').filter(Boolean)) {
    const [name = '', value = ''] = pair.split('=', 2)
    const param = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (!param) return fail('cli/unknown-choice', `The format has no choice "${name}"; it has ${Object.keys(schema).join(', ') || 'none'}.`)
    const read = readParam(name, param, value)
    if (!read.ok) return read
    values[name] = read.value
  }
  return ok(values)
}

/** Runs an exporter that needs the trained model, which is built and asked on samples of the data, or on seeded noise. */
const runTrained = async (
  def: AnyExporter & { readonly needsWeights: true },
  { loaded, resolved, argument, set, source }: Task,
  io: Io,
): Promise<Result<ExportOutput>> => {
  const weights = needWeights(argument, loaded, resolved)
  if (!weights.ok) return weights
  const { openModel, openSession } = await import('../engine.ts')
  const session = await openSession('auto', false, io)
  if (!session.ok) return session
  const model = openModel(session.value, loaded.project, resolved, weights.value)
  if (!model.ok) return model
  const { engine } = session.value
  const { project, history } = loaded
  const wanted = source ?? (def.needsData ? project.data.source : undefined)
  const data = wanted === undefined ? ok(null) : await loadData({ ...project.data, source: wanted }, io, inputShapeOf(resolved))
  if (!data.ok) return data
  const { tf } = engine
  const probes = proofInputs(engine, model.value, data.value)
  const score = scorer(engine, model.value, project.training.loss, data.value)
  return def.run(
    { project, resolved, history, libraries, weights: weights.value, tf, data: data.value, model: model.value, probes, score },
    set,
  )
}

const runExporter = (def: AnyExporter, task: Task, io: Io): Promise<Result<ExportOutput>> => {
  const { loaded, resolved, set } = task
  const { project, history } = loaded
  return def.needsWeights ? runTrained(def, task, io) : def.run({ project, resolved, history, libraries }, set)
}

/** One file goes to the path itself, several into a folder of that name. */
const write = ({ files }: ExportOutput, out: string): Promise<Result<null>> => {
  const [only, ...more] = files
  return only && more.length === 0 ? saveFile(out, only.bytes) : saveFolder(out, files)
}

const say = (def: AnyExporter, { files, verified }: ExportOutput, project: ProjectFile, out: string, io: Io): void => {
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
    set: { kind: 'text', hint: 'NAME=VALUE,…', help: 'Choices of the format, e.g. precision=float16.' },
    data: {
      kind: 'text',
      hint: 'SPEC',
      help: 'Data whose samples prove the export and measure its accuracy; seeded noise proves it without.',
    },
    ...JSON_OPTION,
  },
  run: async ({ format, out, json, set = '', data: source }, argument, io) => {
    const def = exporterOf(format)
    if (!def) return fail('cli/unknown-format', `There is no format "${format}".`)
    const loaded = await loadProject(argument)
    if (!loaded.ok) return loaded
    const resolved = resolveWhole(loaded.value.project)
    if (!resolved.ok) return resolved
    const choices = readChoices(def.params, set)
    if (!choices.ok) return choices
    const task: Task = { loaded: loaded.value, resolved: resolved.value, argument, set: choices.value, source }
    const output = await runExporter(def, task, io)
    if (!output.ok) return output
    const saved = await write(output.value, out)
    if (!saved.ok) return saved
    const { files, verified } = output.value
    if (json) io.json({ format, out, files: files.map(f => ({ path: f.path, bytes: f.bytes.length })), verified })
    else say(def, output.value, loaded.value.project, out, io)
    return ok(0)
  },
})
