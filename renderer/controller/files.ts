import type { ExportedFile } from '../../shared/engine/protocol.ts'
import { blankProject, type ProjectFile } from '../../shared/graph/document.ts'
import type { OpenedFile, RecentFile } from '../../shared/host/contract.ts'
import { modelEndings } from '../../shared/importers/registry.ts'
import { unpackProject } from '../../shared/project/unpack.ts'
import { host } from '../host/pickHost.ts'
import { close, markSaved, type OpenFile, projectStore } from '../store/projectStore.ts'
import { say, showPanel } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { readForeign } from './imports.ts'
import { forgetRecovery } from './recovery.ts'
import { askUnsaved } from './unsaved.ts'
import { bringWeights } from './weights.ts'
import { hasUnsavedWork, packWork, show } from './work.ts'

const PLAIN = /\.netloom\.json$/i
const withoutEnding = (name: string): string => name.replace(/\.netloom(\.json)?$/i, '')

/** Saves or drops unsaved work as the user says; false when the user cancels. */
const settleUnsaved = async (): Promise<boolean> => {
  if (!hasUnsavedWork()) return true
  const answer = await askUnsaved(projectStore.getState().project.name)
  if (answer === 'save') return saveProject()
  return answer === 'discard'
}

/** Whether a file is read as one of Netloom's own; what else there is, the importers tell by its bytes. */
const isForeign = ({ name, bytes }: OpenedFile): boolean => {
  if (PLAIN.test(name) || /\.netloom$/i.test(name)) return false
  const head = new TextDecoder().decode(bytes.subarray(0, 400))
  return modelEndings.some(ending => name.toLowerCase().endsWith(ending)) && !/"format"\s*:\s*"netloom"/.test(head)
}

/** Reads foreign files and shows their network with its weights; it stands in no file yet. The open work stays untouched when they are broken. */
export const openForeign = async (files: readonly ExportedFile[]): Promise<boolean> => {
  const { project: open, isOpen } = projectStore.getState()
  const [first, ...more] = files
  const name = more.length > 0 ? `${first?.path} and ${more.length} more` : (first?.path ?? '')
  say(`Reading ${name}…`)
  const read = await readForeign(files, isOpen ? open : null)
  if (!read.ok) {
    say(`${name} cannot be opened: ${read.issues[0].message}`, 'bad')
    return false
  }
  if (!(await settleUnsaved())) return false
  await forgetRecovery()
  const { project, weights, notes, format } = read.value
  show(project, { weights, notes, unsaved: true })
  const layers = `${project.graph.nodes.length} layers${weights ? ' with their weights' : ' without weights'}`
  say(
    `${format}: ${layers}${notes.length > 0 ? `; ${notes.length === 1 ? 'a note stands' : `${notes.length} notes stand`} in Problems` : ''}`,
    'good',
  )
  if (notes.length > 0) showPanel('problems')
  return true
}

/** Asks for the files of a model and opens them. */
export const importModel = async (): Promise<void> => {
  const chosen = await host.openModel()
  if (!chosen.ok) return say(chosen.issues[0].message, 'bad')
  if (chosen.value) await openFiles(chosen.value)
}

/** Opens files that were chosen or dropped together. */
export const openFiles = async (files: readonly ExportedFile[]): Promise<void> => {
  const [only, ...more] = files
  if (!only) return
  const file = { token: `dropped-${crypto.randomUUID()}`, name: only.path, bytes: only.bytes }
  if (more.length > 0 || isForeign(file)) await openForeign(files)
  else await openOwn(file, null)
}

/** Opens bytes that came from anywhere; the open work stays untouched when they are broken. */
export const openBytes = (file: OpenedFile): Promise<boolean> =>
  isForeign(file)
    ? openForeign([{ path: file.name, bytes: file.bytes }])
    : openOwn(file, { token: file.token, name: file.name, durable: true })

/** Opens one of Netloom's own files; `place` is null when it cannot be written again in place. */
const openOwn = async (file: OpenedFile, place: OpenFile | null): Promise<boolean> => {
  const opened = await unpackProject(file.bytes, file.name)
  if (!opened.ok) {
    say(`${file.name} cannot be opened: ${opened.issues[0].message}`, 'bad')
    return false
  }
  if (!(await settleUnsaved())) return false
  await forgetRecovery()
  const { project, weights, history, warnings } = opened.value
  show(project, { ...(place ? { file: place } : {}), weights, history, notes: warnings })
  return true
}

/** Asks for a file and opens it. */
export const openProject = async (): Promise<void> => {
  const chosen = await host.openProject()
  if (!chosen.ok) return say(chosen.issues[0].message, 'bad')
  if (chosen.value) await openBytes(chosen.value)
}

/** Opens a file from the list of recent ones. */
export const openRecent = async (token: string): Promise<void> => {
  const file = await host.openRecent(token)
  if (!file.ok) return say(file.issues[0].message, 'bad')
  await openBytes(file.value)
}

/** Files opened or saved before, newest first. */
export const recentFiles = async (): Promise<readonly RecentFile[]> => {
  const files = await host.recentFiles()
  return files.ok ? files.value : []
}

/** Starts from a template or, without one, from an empty canvas. */
export const newProject = async (project: ProjectFile = blankProject()): Promise<void> => {
  if (!(await settleUnsaved())) return
  await forgetRecovery()
  show(project)
}

/** Writes the project to its file, or asks where; true when it was written. */
export const saveProject = async (ask = false): Promise<boolean> => {
  await bringWeights()
  const { project, file } = projectStore.getState()
  const { weights } = weightsStore.getState()
  const suggestedName = file?.name ?? `${project.name}.netloom`
  const bytes = PLAIN.test(suggestedName) ? new TextEncoder().encode(`${JSON.stringify(project, null, 2)}\n`) : await packWork(project)
  const saved = await host.saveProject({ token: ask ? null : (file?.token ?? null), suggestedName, bytes })
  if (!saved.ok) {
    say(`Not saved: ${saved.issues[0].message}`, 'bad')
    return false
  }
  if (!saved.value) return false
  adoptName(project, saved.value)
  if (!PLAIN.test(saved.value.name)) weightsStore.setState({ saved: weights })
  await forgetRecovery()
  say(saved.value.durable ? `Saved as ${saved.value.name}` : `${saved.value.name} is in your downloads`, 'good')
  return true
}

/** A never-saved project takes the name of its first file. */
const adoptName = (project: ProjectFile, saved: { token: string; name: string; durable: boolean }): void => {
  const unsaved = projectStore.getState().file === null
  const named = unsaved ? { ...project, name: withoutEnding(saved.name) } : project
  if (projectStore.getState().project === project) projectStore.setState({ project: named })
  markSaved(named, saved)
}

/** Back to the start page, after asking about unsaved work. */
export const leaveProject = async (): Promise<void> => {
  if (!(await settleUnsaved())) return
  await forgetRecovery()
  close()
}
