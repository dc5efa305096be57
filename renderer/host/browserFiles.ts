import type { HostApi, OpenedFile, SavedFile } from '../../shared/host/contract.ts'
import { BYTES_LIMIT, safeFileName } from '../../shared/host/guards.ts'
import { modelEndings } from '../../shared/importers/registry.ts'
import { IssueError, issue } from '../../shared/result.ts'
import { attempt } from './attempt.ts'
import { browserStore, type KnownFile } from './browserStore.ts'
import { type FileHandle, hasPickers, offerDownload, pickProject, pickTarget, pickUploads, writeHandle } from './pickers.ts'

const RECENT = 12

const readFile = async (file: File): Promise<Uint8Array<ArrayBuffer>> => {
  if (file.size > BYTES_LIMIT) {
    throw new IssueError(issue('file/too-large', `${file.name} has ${file.size} bytes; Netloom reads at most ${BYTES_LIMIT}.`))
  }
  return new Uint8Array(await file.arrayBuffer())
}

/** Finds the token of a file that is known already, so that one file has one entry. */
const knownAs = async (handle: FileHandle): Promise<string> => {
  for (const known of await (await browserStore()).getAll('files')) {
    if (await known.handle.isSameEntry(handle)) return known.token
  }
  return crypto.randomUUID()
}

const remember = async (handle: FileHandle, modified: number, token?: string): Promise<KnownFile> => {
  const known: KnownFile = { token: token ?? (await knownAs(handle)), name: handle.name, when: Date.now(), modified, handle }
  const db = await browserStore()
  await db.put('files', known)
  const old = (await db.getAll('files')).sort((a, b) => b.when - a.when).slice(RECENT)
  for (const { token: gone } of old) await db.delete('files', gone)
  return known
}

const openHandle = async (handle: FileHandle): Promise<OpenedFile> => {
  const file = await handle.getFile()
  const bytes = await readFile(file)
  const { token, name } = await remember(handle, file.lastModified)
  return { token, name, bytes }
}

const ask = async (handle: FileHandle, mode: 'read' | 'readwrite'): Promise<void> => {
  const state = (await handle.queryPermission?.({ mode })) ?? 'granted'
  if (state !== 'granted' && (await handle.requestPermission?.({ mode })) !== 'granted') {
    throw new DOMException('refused', 'NotAllowedError')
  }
}

/** Asks before writing over a file that something else changed since we last saw it; true to go on. */
const mayReplace = async (known: KnownFile): Promise<boolean> => {
  const now = await known.handle.getFile().then(
    file => file.lastModified,
    () => known.modified,
  )
  return now === known.modified || window.confirm(`${known.name} was changed by another program since it was opened. Write over it?`)
}

const save = async (handle: FileHandle, bytes: Uint8Array<ArrayBuffer>, token?: string): Promise<SavedFile> => {
  await writeHandle(handle, bytes)
  const known = await remember(handle, (await handle.getFile()).lastModified, token)
  return { token: known.token, name: known.name, durable: true }
}

/** Opening and saving projects: in place where the browser can, by upload and download where not. */
export const browserFiles: Pick<HostApi, 'openProject' | 'openRecent' | 'recentFiles' | 'saveProject' | 'openData' | 'openModel'> = {
  openProject: () =>
    attempt('The file could not be opened', async () => {
      if (hasPickers()) {
        const handle = await pickProject()
        return handle && openHandle(handle)
      }
      const file = (await pickUploads(['.netloom', ...modelEndings].join(','), false))?.[0]
      return file ? { token: `upload-${crypto.randomUUID()}`, name: file.name, bytes: await readFile(file) } : null
    }),

  openRecent: token =>
    attempt('The file could not be opened', async () => {
      const known = await (await browserStore()).get('files', token)
      if (!known) throw new IssueError(issue('file/unknown', 'This file is no longer in the list of recent files. Open it again.'))
      await ask(known.handle, 'read')
      return openHandle(known.handle)
    }),

  recentFiles: () =>
    attempt('The list of recent files could not be read', async () =>
      (await (await browserStore()).getAll('files'))
        .sort((a, b) => b.when - a.when)
        .map(({ token, name, when }) => ({ token, name, when })),
    ),

  saveProject: ({ token, suggestedName, bytes }) =>
    attempt('The project could not be saved', async () => {
      const name = safeFileName(suggestedName)
      const known = token === null ? undefined : await (await browserStore()).get('files', token)
      if (known) {
        await ask(known.handle, 'readwrite')
        return (await mayReplace(known)) ? save(known.handle, bytes, known.token) : null
      }
      if (hasPickers()) {
        const handle = await pickTarget(name, true)
        return handle && save(handle, bytes)
      }
      offerDownload(name, bytes)
      return { token: token ?? `download-${crypto.randomUUID()}`, name, durable: false }
    }),

  openModel: () =>
    attempt('The files of the model could not be read', async () => {
      const chosen = await pickUploads(modelEndings.join(','), true)
      return chosen && Promise.all(chosen.map(async file => ({ path: file.name, bytes: await readFile(file) })))
    }),

  openData: () =>
    attempt('The data files could not be read', async () => {
      const chosen = await pickUploads('', true)
      if (!chosen) return null
      const files = []
      for (const file of chosen) files.push({ path: file.name, bytes: await readFile(file) })
      return { label: files.length === 1 ? (files[0]?.path ?? '') : `${files.length} local files`, files }
    }),
}
