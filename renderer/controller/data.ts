import { datasetOf } from '../../shared/data/catalogue.ts'
import type { DatasetDef } from '../../shared/data/define.ts'
import { IDX_PREFIX } from '../../shared/data/idx.ts'
import type { DataSummary, ExportedFile } from '../../shared/engine/protocol.ts'
import { inputShapeOf } from '../../shared/graph/checkData.ts'
import type { DataChoice, ProjectFile } from '../../shared/graph/document.ts'
import { setData } from '../../shared/graph/edit.ts'
import type { Shape } from '../../shared/layers/shape.ts'
import { fail, type Issue, ok, type Result } from '../../shared/result.ts'
import { host } from '../host/pickHost.ts'
import { dataStore, isLoaded } from '../store/dataStore.ts'
import { apply, projectStore, resolvedOf } from '../store/projectStore.ts'
import { say } from '../store/uiStore.ts'
import { call } from './engine.ts'

/** Files that a source needed, kept so that a change of the split does not fetch them again. */
let kept: { readonly source: string; readonly files: readonly ExportedFile[] } | null = null
let under: { readonly key: string; readonly work: Promise<Result<DataSummary>> } | null = null
let cancelled = false
let downloading: string | null = null

/** Shape that the network's first input wants, `[height, width, channels]` or `[features]`; null when it cannot be known. */
export const wantedShape = (project: ProjectFile): Shape | null => inputShapeOf(resolvedOf(project))

/** Everything that the loaded data depends on: pictures are augmented later, and only fitted ones depend on the network. */
const keyOf = (project: ProjectFile): string => {
  const { augment: _, ...choice } = project.data
  return JSON.stringify([choice, choice.fit === 'exact' ? null : wantedShape(project)])
}

/** True when loading asks the network for nothing: bundled, generated or fetched before in this window. */
export const isAtHand = (source: string): boolean => {
  const def = datasetOf(source)
  return kept?.source === source || (def !== undefined && def.downloads.length === 0)
}

const progress = (what: string, done: number): void => dataStore.setState({ loading: { what, done } })

const fetchFiles = async (def: DatasetDef): Promise<Result<readonly ExportedFile[]>> => {
  const total = def.downloads.reduce((sum, d) => sum + d.bytes, 0)
  const files: ExportedFile[] = []
  let before = 0
  const off = host.on('download', ({ done }) => progress(`Downloading ${def.title}`, (before + done) / total))
  for (const download of def.downloads) {
    if (cancelled) break
    downloading = download.name
    const got = await host.download(download)
    if (!got.ok) {
      off()
      return got
    }
    files.push({ path: download.name, bytes: got.value })
    before += download.bytes
  }
  off()
  downloading = null
  return cancelled ? fail('data/cancelled', 'Loading was cancelled.') : ok(files)
}

const filesOf = async (source: string): Promise<Result<readonly ExportedFile[]>> => {
  if (kept?.source === source) return ok(kept.files)
  const def = datasetOf(source)
  if (!def && source.startsWith(IDX_PREFIX)) {
    const name = source.slice(IDX_PREFIX.length)
    return fail('data/local-files', `This project learns from local files (${name}): choose them again in Data, Open IDX files.`)
  }
  if (!def) return fail('data/unknown-source', `This version does not know the data set "${source}": choose another one in Data.`)
  if (def.downloads.length === 0) return ok([])
  const got = await fetchFiles(def)
  if (got.ok) kept = { source, files: got.value }
  return got
}

const load = async (project: ProjectFile): Promise<Result<DataSummary>> => {
  cancelled = false
  dataStore.setState({ issue: null })
  progress('Loading data', 0)
  const files = await filesOf(project.data.source)
  const answer = files.ok ? await call('loadData', { choice: project.data, shape: wantedShape(project), files: files.value }) : files
  const loaded: Result<DataSummary> = answer.ok && cancelled ? fail('data/cancelled', 'Loading was cancelled.') : answer
  if (loaded.ok) {
    dataStore.setState({ summary: loaded.value, loadedFor: project.data, loading: null })
  } else {
    dataStore.setState({ loading: null, issue: cancelled ? null : loaded.issues[0] })
  }
  return loaded
}

/** Makes sure that the worker holds the project's data: at once when it does, else with progress. */
export const ensureData = (): Promise<Result<DataSummary>> => {
  const { project } = projectStore.getState()
  const { summary } = dataStore.getState()
  const key = keyOf(project)
  if (under?.key === key) return under.work
  if (summary && isLoaded(project)) return Promise.resolve(ok(summary))
  const before = under?.work ?? Promise.resolve()
  const work: Promise<Result<DataSummary>> = before
    .then(() => load(project))
    .finally(() => {
      if (under?.work === work) under = null
    })
  under = { key, work }
  return work
}

/** What a source is called on screen. */
export const sourceTitle = (source: string): string =>
  datasetOf(source)?.title ?? (source.startsWith(IDX_PREFIX) ? source.slice(IDX_PREFIX.length) : source)

/** Forgets what the worker held, because it was replaced by a new one. */
export const forgetLoaded = (): void => {
  dataStore.setState({ loadedFor: null })
}

/** Stops a download or a load under way; the data that was loaded before stays. */
export const cancelData = (): void => {
  if (!dataStore.getState().loading) return
  cancelled = true
  if (downloading) void host.cancelDownload(downloading)
  void call('cancelData', {})
  say('Loading was cancelled')
}

/** Changes the project's data choice as one undo step. */
export const changeData = (patch: Partial<DataChoice>, gesture: string | null = null): void =>
  apply('Change data', p => setData(p, patch), gesture)

/** Learns from another source; one that must be downloaded is fetched now, because the user asked for it. */
export const chooseSource = async (source: string): Promise<void> => {
  if (projectStore.getState().project.data.source !== source) changeData({ source })
  await ensureData()
}

/** Asks for local IDX files and learns from them. */
export const openLocalData = async (): Promise<void> => {
  const chosen = await host.openData()
  if (!chosen.ok) return say(chosen.issues[0].message, 'bad')
  if (!chosen.value) return
  const source = `${IDX_PREFIX}${chosen.value.label}`
  kept = { source, files: chosen.value.files }
  forgetLoaded()
  await chooseSource(source)
}

/** The sentence to show for a source that is chosen but not loaded. */
export const notLoadedSentence = (source: string, issue: Issue | null): string => {
  if (issue) return issue.message
  const def = datasetOf(source)
  if (def && def.downloads.length > 0)
    return `${def.title} is downloaded once (${Math.round(def.downloads.reduce((s, d) => s + d.bytes, 0) / 1e6)} MB), checked and kept.`
  return 'The data is loaded when you look at it or train on it.'
}
