import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { atomicSave, sweepTemps } from '../node/atomicSave.ts'
import { readWhole } from '../node/readWhole.ts'
import type { HostApi, OpenedFile, SavedFile } from '../shared/host/contract.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { saveExportTo } from './exports.ts'
import type { KnownFiles } from './knownFiles.ts'

/** The questions that the desktop asks its user; paths go to the main process and no further. */
export interface Dialogs {
  openProject(): Promise<string | null>
  saveProject(suggestedName: string): Promise<string | null>
  saveFile(suggestedName: string): Promise<string | null>
  chooseFolder(): Promise<string | null>
  openData(): Promise<readonly string[] | null>
  /** Asks one question; gives the index of the chosen button, the last one when the dialog is closed. */
  choose(message: string, detail: string, buttons: readonly string[]): Promise<number>
}

type FileCalls = Pick<HostApi, 'openProject' | 'openRecent' | 'recentFiles' | 'saveProject' | 'saveExport' | 'openData'>

/** Reads a project from a place that the user named, and notes it. */
export const openPath = async (path: string, known: KnownFiles): Promise<Result<OpenedFile>> => {
  const bytes = await readWhole(path)
  if (!bytes.ok) return bytes
  const token = await known.remember(path, bytes.value)
  void sweepTemps(dirname(path))
  return ok({ token, name: basename(path), bytes: bytes.value })
}

/** Everything that the window may do with files. It knows tokens and names; places stay here. */
export const makeFiles = (dialogs: Dialogs, known: KnownFiles): FileCalls => ({
  openProject: async () => {
    const path = await dialogs.openProject()
    return path === null ? ok(null) : openPath(path, known)
  },

  openRecent: async token => {
    const file = await known.find(token)
    if (!file) return fail('file/unknown', 'This file is no longer in the list of recent files. Open it again.')
    const opened = await openPath(file.path, known)
    if (!opened.ok && opened.issues[0].code === 'file/not-found') await known.forget(token)
    return opened
  },

  recentFiles: async () => ok(await known.recent()),

  saveProject: async ({ token, suggestedName, bytes }) => {
    const place = await placeToSave(token, suggestedName, dialogs, known)
    return place === null ? ok(null) : save(place, bytes, known)
  },

  saveExport: (suggestedName, files) => saveExportTo(dialogs, suggestedName, files),

  openData: async () => {
    const paths = await dialogs.openData()
    if (!paths || paths.length === 0) return ok(null)
    const files = []
    for (const path of paths) {
      const bytes = await readWhole(path)
      if (!bytes.ok) return bytes
      files.push({ path: basename(path), bytes: bytes.value })
    }
    return ok({ label: files.length === 1 ? basename(paths[0] ?? '') : basename(dirname(paths[0] ?? '')), files })
  },
})

const save = async (path: string, bytes: Uint8Array, known: KnownFiles): Promise<Result<SavedFile>> => {
  const saved = await atomicSave(path, bytes, { backup: true })
  if (!saved.ok) return saved
  void sweepTemps(dirname(path))
  return ok({ token: await known.remember(path, bytes), name: basename(path), durable: true })
}

/** Where to save: the known place, unless something else changed the file there; else where the user says. Null when cancelled. */
const placeToSave = async (token: string | null, suggestedName: string, dialogs: Dialogs, known: KnownFiles): Promise<string | null> => {
  const file = token === null ? undefined : await known.find(token)
  if (!file) return askPlace(suggestedName, dialogs)
  if (!(await known.isChanged(file))) return file.path
  const answer = await dialogs.choose(`${basename(file.path)} was changed by another program.`, 'Writing over it loses those changes.', [
    'Save as…',
    'Write over it',
    'Cancel',
  ])
  if (answer === 1) return file.path
  return answer === 0 ? askPlace(suggestedName, dialogs) : null
}

/** Some systems' dialogs give back the name as typed, so the ending is added here, and a file met that way is asked about. */
const askPlace = async (suggestedName: string, dialogs: Dialogs): Promise<string | null> => {
  const chosen = await dialogs.saveProject(suggestedName)
  if (chosen === null || extname(chosen) !== '') return chosen
  const path = `${chosen}.netloom`
  if ((await stat(path).catch(() => null)) === null) return path
  return (await dialogs.choose(`${basename(path)} is there already.`, 'Replacing it loses what it holds.', ['Replace', 'Cancel'])) === 0
    ? path
    : null
}

/** The real place of a file that was named from outside, when it is a plain project file; null otherwise. */
export const projectPlace = async (path: string): Promise<string | null> => {
  try {
    const real = await realpath(path)
    return (await stat(real)).isFile() ? real : null
  } catch {
    return null
  }
}
