import { datasetOf } from '../../shared/data/catalogue.ts'
import { checkAugmentation } from '../../shared/data/prepare/augment.ts'
import { keptClasses } from '../../shared/data/prepare/classes.ts'
import { checkAgainstData, type DataOutline } from '../../shared/graph/checkData.ts'
import type { DataChoice, ProjectFile } from '../../shared/graph/document.ts'
import { type Issue, issue } from '../../shared/result.ts'
import { dataStore, isLoaded, useData } from './dataStore.ts'
import { resolvedOf, useProject } from './projectStore.ts'

/** What the graph must know of the chosen data: from the loaded data, else from the catalogue; null for files not yet read. */
export const outlineOf = (project: ProjectFile): DataOutline | null => {
  const { summary } = dataStore.getState()
  if (summary && isLoaded(project)) return summary
  const outline = outlines.get(project.data) ?? catalogued(project.data)
  if (outline) outlines.set(project.data, outline)
  return outline
}

/** One object per choice, so that what is derived from it can be kept. */
const outlines = new WeakMap<DataChoice, DataOutline>()

const catalogued = ({ source, classes, fit }: DataChoice): DataOutline | null => {
  const def = datasetOf(source)
  const isImage = def?.shape.length === 3
  // What fitting makes of pictures is known once they are loaded.
  if (!def || (isImage && fit !== 'exact')) return null
  const kept = keptClasses(def.classes, classes)
  return { shape: def.shape, classes: kept.ok ? kept.value : def.classes, kind: isImage ? 'image' : 'table' }
}

const known = new WeakMap<ProjectFile, { readonly outline: DataOutline | null; readonly issues: readonly Issue[] }>()

const clashes = (project: ProjectFile, outline: DataOutline): readonly Issue[] => {
  const pictures = checkAugmentation(project.data.augment, outline.kind, project.data.source)
  return [...checkAgainstData(resolvedOf(project), outline, project.training), ...(pictures.ok ? [] : pictures.issues)]
}

/** Everything that is wrong with a project or may be: its network, and, once that can be built, network against data and loss. */
export const problemsOf = (project: ProjectFile): readonly Issue[] => {
  const outline = outlineOf(project)
  const before = known.get(project)
  if (before?.outline === outline) return before.issues
  const resolved = resolvedOf(project)
  const against = resolved.buildable && outline && resolved.nodes.size > 0 ? clashes(project, outline) : []
  const issues = [...resolved.issues, ...against]
  known.set(project, { outline, issues })
  return issues
}

/** Why this project cannot be trained now, worst first; empty when it can. */
export const whyNotTrain = (project: ProjectFile): readonly Issue[] =>
  project.graph.nodes.length === 0
    ? [issue('train/empty', 'The canvas is empty: add an Input and layers first.')]
    : problemsOf(project).filter(i => i.severity === 'error')

/** The problems of the open project, in a component. */
export const useProblems = (): readonly Issue[] => {
  useData(s => s.summary)
  return useProject(s => problemsOf(s.project))
}
