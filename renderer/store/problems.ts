import { datasetOf } from '../../shared/data/catalogue.ts'
import { checkAugmentation } from '../../shared/data/prepare/augment.ts'
import { checkAgainstData, type DataOutline } from '../../shared/graph/checkData.ts'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { type Issue, issue } from '../../shared/result.ts'
import { dataStore, isLoaded, useData } from './dataStore.ts'
import { resolvedOf, useProject } from './projectStore.ts'

/** What the graph must know of the chosen data: from the loaded data, else from the catalogue; null for files not yet read. */
export const outlineOf = (project: ProjectFile): DataOutline | null => {
  const { summary } = dataStore.getState()
  if (summary && isLoaded(project)) return summary
  // What fitting makes of pictures is known once they are loaded.
  const outline = catalogued(project.data.source)
  return outline?.kind === 'image' && project.data.fit !== 'exact' ? null : outline
}

/** The same object for the same source, so that what is derived from it can be kept. */
const catalogued = (source: string): DataOutline | null => {
  const def = datasetOf(source)
  if (!def) return null
  const outline = outlines.get(source) ?? { shape: def.shape, classes: def.classes, kind: def.shape.length === 3 ? 'image' : 'table' }
  outlines.set(source, outline)
  return outline
}
const outlines = new Map<string, DataOutline>()

const known = new WeakMap<ProjectFile, { readonly outline: DataOutline | null; readonly issues: readonly Issue[] }>()

const clashes = (project: ProjectFile, outline: DataOutline): readonly Issue[] => {
  const pictures = checkAugmentation(project.data.augment, outline.kind, project.data.source)
  return [...(pictures.ok ? [] : pictures.issues), ...checkAgainstData(resolvedOf(project), outline, project.training)]
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
