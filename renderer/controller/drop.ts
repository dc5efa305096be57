import type { ExportedFile } from '../../shared/engine/protocol.ts'
import { BYTES_LIMIT } from '../../shared/host/guards.ts'
import { say } from '../store/uiStore.ts'
import { openFiles } from './files.ts'

const MOST_FILES = 1000

interface Found {
  readonly path: string
  readonly file: File
}

const bringsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** The file behind an entry of the file system, with its path below what was dropped. */
const fileOf = (entry: FileSystemFileEntry): Promise<Found> =>
  new Promise((resolve, reject) => entry.file(file => resolve({ path: entry.fullPath.replace(/^\//, ''), file }), reject))

const childrenOf = (entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = entry.createReader()
  const found: FileSystemEntry[] = []
  // A folder is told in parts, until an empty one.
  const more = (): Promise<FileSystemEntry[]> =>
    new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)).then(part => {
      found.push(...part)
      return part.length === 0 || found.length > MOST_FILES ? found : more()
    })
  return more()
}

const filesIn = async (entry: FileSystemEntry): Promise<readonly Found[]> => {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)]
  const children = await childrenOf(entry as FileSystemDirectoryEntry)
  return (await Promise.all(children.filter(c => !c.name.startsWith('.')).map(filesIn))).flat()
}

/** Where a dropped item leads: a folder with what it holds, or a file; what is no file leads nowhere. */
const follow = (item: DataTransferItem): Promise<readonly Found[]> => {
  const entry = item.webkitGetAsEntry()
  if (entry) return filesIn(entry)
  const file = item.getAsFile()
  return Promise.resolve(file ? [{ path: file.name, file }] : [])
}

/** Everything that was dropped; the items must be followed before anything is waited for, for then the browser forgets them. */
const dropped = async (items: readonly DataTransferItem[]): Promise<readonly ExportedFile[]> => {
  const found = (await Promise.all(items.map(follow))).flat()
  const bytes = found.reduce((sum, { file }) => sum + file.size, 0)
  if (found.length > MOST_FILES || bytes > BYTES_LIMIT) throw new Error('That is too much to open at once.')
  return Promise.all(found.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })))
}

/** Lets files be dropped anywhere on the window to open them; a part of the window that takes drops itself goes first. */
export const startDrop = (): void => {
  window.addEventListener('dragover', event => {
    // Without this the page would be left for the file.
    if (bringsFiles(event)) event.preventDefault()
  })
  window.addEventListener('drop', event => {
    if (event.defaultPrevented || !bringsFiles(event)) return
    event.preventDefault()
    dropped([...(event.dataTransfer?.items ?? [])])
      .then(openFiles)
      .catch((error: unknown) => say(`What was dropped cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'bad'))
  })
}
