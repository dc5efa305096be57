import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { readWhole } from '../node/readWhole.ts'
import type { NamedWeight } from '../shared/engine/protocol.ts'
import type { ProjectFile } from '../shared/graph/document.ts'
import { resolve } from '../shared/graph/resolve.ts'
import type { Resolved } from '../shared/graph/resolved.ts'
import { unpackProject } from '../shared/project/unpack.ts'
import { fail, failAll, type Issue, ok, type Result } from '../shared/result.ts'
import { templateOf, templates } from '../templates/templates.ts'

/** A project from a file or a template, with its weights where it has been trained. */
export interface Loaded {
  readonly project: ProjectFile
  readonly weights: readonly NamedWeight[] | null
  readonly history: readonly unknown[]
  readonly warnings: readonly Issue[]
}

/** Loads `.netloom`, `.netloom.json` or a template by its id; a file of that name goes before a template. */
export const loadProject = async (argument: string): Promise<Result<Loaded>> => {
  if (existsSync(argument)) {
    const bytes = await readWhole(argument)
    return bytes.ok ? unpackProject(bytes.value, basename(argument)) : bytes
  }
  const template = templateOf(argument)
  if (template) return ok({ project: template.project, weights: null, history: [], warnings: [] })
  return fail(
    'cli/no-project',
    `There is no file and no template "${argument.slice(0, 200)}"; the templates are ${templates.map(t => t.id).join(', ')}.`,
  )
}

/** Resolves a project and refuses one that cannot be built, with every problem. */
export const resolveWhole = (project: ProjectFile): Result<Resolved> => {
  const resolved = resolve(project)
  return resolved.buildable ? ok(resolved) : failAll(resolved.issues.filter(i => i.severity === 'error'))
}

/** Refuses a project that was never trained, or whose weights do not fit any more, for commands that need them. */
export const needWeights = (argument: string, loaded: Loaded, resolved: Resolved): Result<readonly NamedWeight[]> => {
  const { weights } = loaded
  if (!weights)
    return fail('cli/no-weights', `${argument} holds no trained weights; train it first: netloom train ${argument} --out FILE.netloom`)
  const names = new Set(weights.map(w => w.name))
  for (const [id, entry] of resolved.nodes)
    for (const spec of entry.node.bypassed ? [] : entry.weights)
      if (!names.has(`${id}/${spec.name}`))
        return fail('cli/no-weights', `${argument} holds no trained ${spec.name} for "${entry.node.name}"; train it again.`, { node: id })
  return ok(weights)
}
