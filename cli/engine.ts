import type * as tfjs from '@tensorflow/tfjs'
import type { PreparedData } from '../shared/data/prepared.ts'
import { startBackend } from '../shared/engine/backends.ts'
import { buildModel } from '../shared/engine/build.ts'
import { type Objective, objectiveOf } from '../shared/engine/objective.ts'
import type { BackendReport, NamedWeight } from '../shared/engine/protocol.ts'
import type { EngineTf } from '../shared/engine/tf.ts'
import { setWeights } from '../shared/engine/weights.ts'
import { BACKENDS, type BackendId, type ProjectFile } from '../shared/graph/document.ts'
import type { Resolved } from '../shared/graph/resolved.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Option } from './command.ts'
import { loadEngineNode } from './engineNode.ts'
import type { Io } from './io.ts'

/** The option that chooses where the work runs. */
export const BACKEND_OPTION = {
  backend: { kind: 'choice', values: ['auto', ...BACKENDS], help: 'Where the work runs; without it the best that works here.' },
} as const satisfies Record<string, Option>

/** tfjs on a backend that works. */
export interface Session {
  readonly engine: EngineTf
  readonly report: BackendReport
}

/** Loads tfjs and starts a backend; a backend that was named and is missing is refused rather than replaced. */
export const openSession = async (backend: BackendId | 'auto', asked: boolean, io: Io): Promise<Result<Session>> => {
  const engine = await loadEngineNode()
  const report = await startBackend(engine, backend)
  if (!report.ok) return report
  if (report.value.fellBack) {
    if (!asked) io.note(`The project asks for ${backend}, which is not here. ${report.value.reason}`)
    else return fail('cli/no-backend', `The backend ${backend} is not available here; leave out --backend, or take wasm or cpu.`)
  }
  return ok({ engine, report: report.value })
}

/** The network as a model with its weights; the caller disposes of it. */
export const openModel = (
  session: Session,
  project: ProjectFile,
  resolved: Resolved,
  weights: readonly NamedWeight[] | null,
): Result<tfjs.LayersModel> => {
  const { tf } = session.engine
  const model = buildModel(resolved, tf, project.training.seed)
  if (model.ok && weights) setWeights(tf, model.value, weights)
  return model
}

/** A trained network set against data, ready to be asked. */
export const openObjective = (
  session: Session,
  project: ProjectFile,
  resolved: Resolved,
  weights: readonly NamedWeight[],
  data: PreparedData,
): Result<Objective> => {
  const model = openModel(session, project, resolved, weights)
  return model.ok ? objectiveOf(session.engine.tf, model.value, project.training.loss, data) : model
}
