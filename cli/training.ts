import { checkAugmentation, readAugmentation } from '../shared/data/prepare/augment.ts'
import { parseClasses } from '../shared/data/prepare/classes.ts'
import type { PreparedData } from '../shared/data/prepared.ts'
import { commandQueue } from '../shared/engine/commands.ts'
import type { TrainEvent } from '../shared/engine/protocol.ts'
import { train } from '../shared/engine/trainer.ts'
import { getWeights } from '../shared/engine/weights.ts'
import { checkAgainstData, inputShapeOf } from '../shared/graph/checkData.ts'
import {
  type Augmentation,
  type BackendId,
  type ClipId,
  decayAfter,
  type FitId,
  type LossId,
  type OptimizerId,
  type ProjectFile,
  type ScheduleId,
} from '../shared/graph/document.ts'
import { packProject } from '../shared/project/pack.ts'
import { failAll, ok, type Result } from '../shared/result.ts'
import { loadData } from './data.ts'
import { openModel, openSession } from './engine.ts'
import type { Io } from './io.ts'
import { loadProject, resolveWhole } from './load.ts'
import { saveFile } from './save.ts'
import { fineTuneOf, frozenUntil, reheaded, type TransferOptions } from './transfer.ts'

/** What the command line may change of a project's own training. */
export interface TrainOptions extends TransferOptions {
  readonly data?: string | undefined
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly lr?: number | undefined
  readonly optimizer?: OptimizerId | undefined
  readonly schedule?: ScheduleId | undefined
  readonly loss?: LossId | undefined
  readonly 'weight-decay'?: number | undefined
  readonly clip?: ClipId | undefined
  readonly 'clip-limit'?: number | undefined
  readonly augment?: string | undefined
  readonly fit?: FitId | undefined
  readonly seed?: number | undefined
  readonly limit?: number | undefined
  readonly classes?: string | undefined
  readonly 'per-class'?: number | undefined
  readonly backend?: BackendId | 'auto' | undefined
  readonly engine?: 'auto' | 'tfjs' | undefined
  readonly fresh: boolean
}

/** A training that is ready to run. */
export interface Training {
  /** The project with the options applied, as it will be saved. */
  readonly project: ProjectFile
  events(): AsyncGenerator<TrainEvent>
  /** Writes the project with its weights as they are now. */
  save(path: string): Promise<Result<null>>
}

/** The project with the wishes of the command line in it, so that the saved file tells how it was trained. */
export const applied = (
  { data, training, ...project }: ProjectFile,
  o: TrainOptions,
  augment: Augmentation | null = null,
): ProjectFile => ({
  ...project,
  data: {
    ...data,
    source: o.data ?? data.source,
    limit: o.limit ?? data.limit,
    classes: o.classes === undefined ? data.classes : parseClasses(o.classes),
    perClass: o['per-class'] ?? data.perClass,
    fit: o.fit ?? data.fit,
    augment: augment ?? data.augment,
  },
  training: {
    ...training,
    loss: o.loss ?? training.loss,
    optimizer: o.optimizer ?? training.optimizer,
    weightDecay: o['weight-decay'] ?? decayAfter(training, o.optimizer ?? training.optimizer),
    clip: o.clip ?? training.clip,
    clipLimit: o['clip-limit'] ?? training.clipLimit,
    learningRate: o.lr ?? training.learningRate,
    schedule: o.schedule ?? training.schedule,
    batchSize: o.batch ?? training.batchSize,
    epochs: o.epochs ?? training.epochs,
    fineTune: fineTuneOf(training, o.lr ?? training.learningRate, o),
    seed: o.seed ?? training.seed,
    backend: o.backend ?? training.backend,
  },
})

/** Keeps the start and the epochs that go by, for the file's history. */
async function* remembering(events: AsyncGenerator<TrainEvent>, history: TrainEvent[]): AsyncGenerator<TrainEvent> {
  for await (const event of events) {
    if (event.type === 'started' || event.type === 'epoch') history.push(event)
    yield event
  }
}

/** Loads everything a training needs and checks that it fits together. */
export const openTraining = async (options: TrainOptions, argument: string, io: Io): Promise<Result<Training>> => {
  const loaded = await loadProject(argument)
  if (!loaded.ok) return loaded
  const augment = options.augment === undefined ? ok(null) : readAugmentation(options.augment)
  if (!augment.ok) return augment
  const wanted = frozenUntil(applied(loaded.value.project, options, augment.value), options)
  if (!wanted.ok) return wanted
  // Problems of the network are told before data are fetched.
  const early = resolveWhole(wanted.value)
  if (!early.ok) return early
  const data: Result<PreparedData> = await loadData(wanted.value.data, io, inputShapeOf(early.value))
  if (!data.ok) return data
  const weights = options.fresh ? null : loaded.value.weights
  const changed = reheaded(wanted.value, options, data.value.classes.length, weights !== null)
  if (!changed.ok) return changed
  const project = changed.value
  const resolved = resolveWhole(project)
  if (!resolved.ok) return resolved
  const clashes = checkAgainstData(resolved.value, data.value, project.training)
  if (clashes.some(i => i.severity === 'error')) return failAll(clashes.filter(i => i.severity === 'error'))
  const changeable = checkAugmentation(project.data.augment, data.value.kind, project.data.source)
  if (!changeable.ok) return changeable
  for (const { message } of clashes) io.note(`Note: ${message}`)
  const session = await openSession(project.training.backend, options.backend !== undefined, io)
  if (!session.ok) return session
  if (weights) io.note('Going on from the trained weights in the file; --fresh begins anew.')
  const model = openModel(session.value, project, resolved.value, weights)
  if (!model.ok) return model
  const { engine, report } = session.value
  const history: TrainEvent[] = []
  const job = {
    ...{ model: model.value, data: data.value, setup: project.training, backend: report },
    ...{ augment: project.data.augment, resolved: resolved.value, engine: options.engine ?? 'auto' },
  }
  return ok({
    project,
    events: () => remembering(train(job, { engine, commands: commandQueue(), signal: io.signal }), history),
    save: async path => {
      const earlier = weights ? loaded.value.history : []
      const bytes = await packProject({ project, weights: await getWeights(model.value), history: [...earlier, ...history] })
      return saveFile(path, bytes)
    },
  })
}
