import { IDX_PREFIX } from '../shared/data/idx.ts'
import type { PartName, PreparedData } from '../shared/data/prepared.ts'
import type { Objective } from '../shared/engine/objective.ts'
import { inputShapeOf } from '../shared/graph/checkData.ts'
import type { BackendId, ProjectFile } from '../shared/graph/document.ts'
import type { Resolved } from '../shared/graph/resolved.ts'
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

/** Local files name no classes: those of a small folder may not reach up to the network's last one, so the missing ones are added. */
const withAllClasses = (data: PreparedData, resolved: Resolved): PreparedData => {
  const units = resolved.nodes.get(resolved.outputs[0] ?? '')?.output?.at(-1) ?? 0
  if (!data.source.startsWith(IDX_PREFIX) || data.classes.length >= units) return data
  return { ...data, classes: Array.from({ length: units }, (_, i) => data.classes[i] ?? String(i)) }
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
  const loadedData = await loadData({ ...project.data, source: values.data ?? project.data.source }, io, inputShapeOf(resolved.value))
  if (!loadedData.ok) return loadedData
  const data = withAllClasses(loadedData.value, resolved.value)
  const part = needPart(data, values.split ?? 'test')
  if (!part.ok) return part
  const session = await openSession(values.backend ?? project.training.backend, values.backend !== undefined, io)
  if (!session.ok) return session
  const objective = openObjective(session.value, project, resolved.value, weights.value, data)
  if (!objective.ok) return objective
  return ok({ session: session.value, objective: objective.value, project, data, part: part.value })
}
