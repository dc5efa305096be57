import type { PartName, PreparedData } from '../shared/data/prepared.ts'
import type { Objective } from '../shared/engine/objective.ts'
import type { BackendId, ProjectFile } from '../shared/graph/document.ts'
import { ok, type Result } from '../shared/result.ts'
import type { Option } from './command.ts'
import { loadData, needPart } from './data.ts'
import { BACKEND_OPTION, openObjective, openSession, type Session } from './engine.ts'
import type { Io } from './io.ts'
import { loadProject, needWeights, resolveWhole } from './load.ts'

/** Options of every command that asks a trained network about data. */
export const ASK_OPTIONS = {
  data: { kind: 'text', hint: 'SPEC', help: 'A data set (digits, iris, …) or idx:DIR; without it the one it was trained on.' },
  split: { kind: 'choice', values: ['train', 'validation', 'test'], help: 'Which part of the data; test without it.' },
  ...BACKEND_OPTION,
} as const satisfies Record<string, Option>

/** A trained network, the data and the part that was asked for. */
export interface Asked {
  readonly session: Session
  readonly objective: Objective
  readonly project: ProjectFile
  readonly data: PreparedData
  readonly part: PartName
}

/** Opens a trained project and its data for `evaluate` and `predict`; data are split as in training. */
export const open = async (
  argument: string,
  values: { readonly data?: string | undefined; readonly split?: PartName | undefined; readonly backend?: BackendId | 'auto' | undefined },
  io: Io,
): Promise<Result<Asked>> => {
  const loaded = await loadProject(argument)
  if (!loaded.ok) return loaded
  const { project } = loaded.value
  const resolved = resolveWhole(project)
  if (!resolved.ok) return resolved
  const weights = needWeights(argument, loaded.value, resolved.value)
  if (!weights.ok) return weights
  const data = await loadData({ ...project.data, source: values.data ?? project.data.source }, io)
  if (!data.ok) return data
  const part = needPart(data.value, values.split ?? 'test')
  if (!part.ok) return part
  const session = await openSession(values.backend ?? project.training.backend, values.backend !== undefined, io)
  if (!session.ok) return session
  const objective = openObjective(session.value, project, resolved.value, weights.value, data.value)
  if (!objective.ok) return objective
  return ok({ session: session.value, objective: objective.value, project, data: data.value, part: part.value })
}
