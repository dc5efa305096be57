import { existsSync } from 'node:fs'
import { readWhole } from '../node/readWhole.ts'
import type { NamedWeight } from '../shared/engine/protocol.ts'
import type { ProjectFile } from '../shared/graph/document.ts'
import { parseProject } from '../shared/graph/parse.ts'
import { unpackProject } from '../shared/project/unpack.ts'
import { fail, failAll, ok, type Result } from '../shared/result.ts'
import { templateOf, templates } from '../shared/templates/templates.ts'

/** A project from a file or a template, with its weights where it has been trained. */
export interface Loaded {
  readonly project: ProjectFile
  readonly weights: readonly NamedWeight[] | null
}

/** A zip begins with `PK`; everything else is read as JSON text. */
const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

const readFile = async (path: string): Promise<Result<Loaded>> => {
  const bytes = await readWhole(path)
  if (!bytes.ok) return bytes
  if (isZip(bytes.value)) return unpackProject(bytes.value)
  const project = parseProject(bytes.value)
  return project.ok ? ok({ project: project.value, weights: null }) : project
}

/** Puts the file's name before each sentence, so that one knows what it is about. */
const about = (path: string, result: Result<Loaded>): Result<Loaded> =>
  result.ok ? result : failAll(result.issues.map(i => ({ ...i, message: i.message.includes(path) ? i.message : `${path}: ${i.message}` })))

/** Loads `.netloom`, `.netloom.json` or a template by its id; a file of that name goes before a template. */
export const loadProject = async (argument: string): Promise<Result<Loaded>> => {
  if (existsSync(argument)) return about(argument, await readFile(argument))
  const template = templateOf(argument)
  if (template) return ok({ project: template.project, weights: null })
  return fail(
    'cli/no-project',
    `There is no file and no template "${argument.slice(0, 200)}"; the templates are ${templates.map(t => t.id).join(', ')}.`,
  )
}

/** Refuses a project that was never trained, for commands that need its weights. */
export const needWeights = (argument: string, weights: readonly NamedWeight[] | null): Result<readonly NamedWeight[]> =>
  weights
    ? ok(weights)
    : fail('cli/no-weights', `${argument} holds no trained weights; train it first: netloom train ${argument} --out trained.netloom`)
