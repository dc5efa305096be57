import type { ProjectFile } from '../shared/graph/document.ts'
import { parseProjectValue } from '../shared/graph/parse.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { all } from './all.gen.ts'

/** A network to start from. */
export interface Template {
  /** Its file's name without ending, e.g. `lenet`. */
  readonly id: string
  readonly title: string
  /** One sentence for the card. */
  readonly description: string
  readonly tags: readonly string[]
  readonly project: ProjectFile
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Reads one template file. */
export const parseTemplate = (id: string, file: unknown): Result<Template> => {
  if (!isRecord(file) || typeof file.title !== 'string' || typeof file.description !== 'string')
    return fail('template/invalid', `The template "${id}" must have a title, a description and a project.`)
  const project = parseProjectValue(file.project)
  if (!project.ok) return project
  const tags = Array.isArray(file.tags) ? file.tags.filter(tag => typeof tag === 'string') : []
  return ok({ id, title: file.title, description: file.description, tags, project: project.value })
}

/** Every template that can be read, by id; that all of them can is tested. */
export const templates: readonly Template[] = all.flatMap(({ id, file }) => {
  const parsed = parseTemplate(id, file)
  return parsed.ok ? [parsed.value] : []
})

/** The template of an id, e.g. `vgg16`. */
export const templateOf = (id: string): Template | undefined => templates.find(template => template.id === id)
