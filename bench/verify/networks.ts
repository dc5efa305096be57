import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as tfjs from '@tensorflow/tfjs'
import { loadEngineNode } from '../../cli/engineNode.ts'
import { loadRaw, prepare } from '../../shared/data/prepare.ts'
import type { PreparedData } from '../../shared/data/prepared.ts'
import { startBackend } from '../../shared/engine/backends.ts'
import { buildModel } from '../../shared/engine/build.ts'
import { commandQueue } from '../../shared/engine/commands.ts'
import { proofInputs } from '../../shared/engine/proof.ts'
import { train } from '../../shared/engine/trainer.ts'
import { getWeights, setWeights } from '../../shared/engine/weights.ts'
import type { ExportInput } from '../../shared/exporters/define.ts'
import { resolve } from '../../shared/graph/resolve.ts'
import { ok, unwrap } from '../../shared/result.ts'
import { mixSeed, rng } from '../../shared/rng.ts'
import { type Template, templateOf, templates } from '../../templates/templates.ts'

/** Largest network that is compared unless all are wanted: multiply-adds for one sample. */
const MOST_ADDS = 2e9
/** Samples of the probe. */
const SAMPLES = 4

/** Templates that are compared, the quick ones first. */
export const wanted = (most = MOST_ADDS): readonly Template[] =>
  templates
    .map(template => ({ template, adds: resolve(template.project).totals.multiplyAdds }))
    .filter(({ adds }) => adds <= most)
    .sort((a, b) => a.adds - b.adds)
    .map(({ template }) => template)

type Running = Awaited<ReturnType<typeof start>>

/** tfjs on its wasm backend, which all answers are compared with. */
export const start = async () => {
  const engine = await loadEngineNode()
  return { engine, report: unwrap(await startBackend(engine, 'wasm')) }
}

/** Moves what initialisers leave at 0 or 1, so that a mixed-up bias or statistic shows. */
const unsettle = async ({ engine }: Running, model: tfjs.LayersModel): Promise<void> => {
  const weights = await getWeights(model)
  const moved = weights.map(w => {
    const random = rng(mixSeed(1, w.name))
    const flat = w.values.every(value => value === w.values[0])
    return flat ? { ...w, values: w.values.map(value => value + (random.next() - 0.5) * 0.4) } : w
  })
  setWeights(engine.tf, model, moved)
}

/** What a network has whose training and data are not told. */
const UNTOLD = { history: [], data: null, score: async () => null }

const inputOf = async (
  { engine }: Running,
  { project }: Template,
  model: tfjs.LayersModel,
  data: PreparedData | null,
): Promise<ExportInput> => {
  const { tf, libraries } = engine
  const many = proofInputs(engine, model, data)
  const probes = many.map(probe => tf.slice(probe, 0, SAMPLES))
  tf.dispose(many)
  return { ...UNTOLD, project, resolved: resolve(project), weights: await getWeights(model), tf, libraries, model, probes }
}

/** A template with random weights of a fixed seed, asked on seeded noise. */
export const seeded = async (running: Running, template: Template): Promise<ExportInput> => {
  const model = unwrap(buildModel(resolve(template.project), running.engine.tf, 1))
  await unsettle(running, model)
  return inputOf(running, template, model, null)
}

const readDigits = async (template: Template, root: string): Promise<PreparedData> => {
  const ctx = {
    asset: async (path: string) => ok(new Uint8Array(await readFile(join(root, 'assets', path)))),
    files: new Map(),
    signal: new AbortController().signal,
    onProgress: () => {},
    seed: template.project.data.seed,
  }
  return unwrap(await prepare(unwrap(await loadRaw(template.project.data.source, ctx)), template.project.data))
}

/** LeNet after two epochs on the digits that come with Netloom, asked on its test digits. */
export const trainedLenet = async (running: Running, root: string): Promise<ExportInput> => {
  const template = templateOf('lenet')
  if (!template) throw new Error('There is no template lenet.')
  const data = await readDigits(template, root)
  const resolved = resolve(template.project)
  const model = unwrap(buildModel(resolved, running.engine.tf, 1))
  const job = { model, data, setup: { ...template.project.training, epochs: 2 }, backend: running.report, resolved }
  for await (const event of train(job, { engine: running.engine, commands: commandQueue() }))
    if (event.type === 'failed') throw new Error(event.issue.message)
  return inputOf(running, template, model, data)
}
