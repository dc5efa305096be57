import type { PreparedData } from '../shared/data/prepared.ts'
import { commandQueue } from '../shared/engine/commands.ts'
import type { TrainEvent } from '../shared/engine/protocol.ts'
import { train } from '../shared/engine/trainer.ts'
import { getWeights } from '../shared/engine/weights.ts'
import { checkAgainstData } from '../shared/graph/checkData.ts'
import type { BackendId, LossId, OptimizerId, ProjectFile, ScheduleId } from '../shared/graph/document.ts'
import { packProject } from '../shared/project/pack.ts'
import { failAll, ok, type Result } from '../shared/result.ts'
import { loadData } from './data.ts'
import { openModel, openSession } from './engine.ts'
import type { Io } from './io.ts'
import { loadProject, resolveWhole } from './load.ts'
import { saveFile } from './save.ts'

/** What the command line may change of a project's own training. */
export interface TrainOptions {
  readonly data?: string | undefined
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly lr?: number | undefined
  readonly optimizer?: OptimizerId | undefined
  readonly schedule?: ScheduleId | undefined
  readonly loss?: LossId | undefined
  readonly seed?: number | undefined
  readonly limit?: number | undefined
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
export const applied = (project: ProjectFile, o: TrainOptions): ProjectFile => ({
  ...project,
  data: { ...project.data, source: o.data ?? project.data.source, limit: o.limit ?? project.data.limit },
  training: {
    loss: o.loss ?? project.training.loss,
    optimizer: o.optimizer ?? project.training.optimizer,
    learningRate: o.lr ?? project.training.learningRate,
    schedule: o.schedule ?? project.training.schedule,
    batchSize: o.batch ?? project.training.batchSize,
    epochs: o.epochs ?? project.training.epochs,
    seed: o.seed ?? project.training.seed,
    backend: o.backend ?? project.training.backend,
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
  const project = applied(loaded.value.project, options)
  const resolved = resolveWhole(project)
  if (!resolved.ok) return resolved
  const data: Result<PreparedData> = await loadData(project.data, io)
  if (!data.ok) return data
  const clashes = checkAgainstData(resolved.value, data.value, project.training)
  if (clashes.some(i => i.severity === 'error')) return failAll(clashes.filter(i => i.severity === 'error'))
  for (const { message } of clashes) io.note(`Note: ${message}`)
  const session = await openSession(project.training.backend, options.backend !== undefined, io)
  if (!session.ok) return session
  const weights = options.fresh ? null : loaded.value.weights
  if (weights) io.note('Going on from the trained weights in the file; --fresh begins anew.')
  const model = openModel(session.value, project, resolved.value, weights)
  if (!model.ok) return model
  const { engine, report } = session.value
  const history: TrainEvent[] = []
  const job = {
    ...{ model: model.value, data: data.value, setup: project.training, backend: report },
    ...{ resolved: resolved.value, engine: options.engine ?? 'auto' },
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
