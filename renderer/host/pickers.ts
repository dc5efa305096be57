import { modelEndings } from '../../shared/importers/registry.ts'

/** The parts of the File System Access interface that Netloom uses; Chromium has them, other browsers may not. */
export interface FileHandle extends FileSystemFileHandle {
  queryPermission?(options: { mode: 'read' | 'readwrite' }): Promise<PermissionState>
  requestPermission?(options: { mode: 'read' | 'readwrite' }): Promise<PermissionState>
}

interface FileType {
  readonly description: string
  readonly accept: Readonly<Record<string, readonly string[]>>
}

interface Pickers {
  showOpenFilePicker?(options: { types: readonly FileType[]; id: string }): Promise<FileHandle[]>
  showSaveFilePicker?(options: { types?: readonly FileType[]; suggestedName: string; id: string }): Promise<FileHandle>
  showDirectoryPicker?(options: { mode: 'readwrite'; id: string }): Promise<FileSystemDirectoryHandle>
}

const MODEL: FileType = {
  description: 'Model of another program',
  accept: { 'application/octet-stream': modelEndings.filter(ending => ending !== '.json' && ending !== '.bin') },
}

const PROJECT: FileType = {
  description: 'Netloom project',
  accept: { 'application/x-netloom': ['.netloom'], 'application/json': ['.netloom.json', '.json'] },
}

const pickers = (): Pickers => window as Pickers

/** Whether the browser lets a page write files in place. */
export const hasPickers = (): boolean =>
  typeof pickers().showOpenFilePicker === 'function' && typeof pickers().showSaveFilePicker === 'function'

/** True when the user closed a dialog without choosing. */
export const isCancel = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

const orNull = async <T>(chosen: Promise<T> | undefined): Promise<T | null> => {
  try {
    return (await chosen) ?? null
  } catch (error) {
    if (isCancel(error)) return null
    throw error
  }
}

/** Asks for a project to open; null when cancelled. */
export const pickProject = async (): Promise<FileHandle | null> =>
  (await orNull(pickers().showOpenFilePicker?.({ types: [PROJECT, MODEL], id: 'netloom' })))?.[0] ?? null

/** Asks where to save; null when cancelled. */
export const pickTarget = (suggestedName: string, isProject: boolean): Promise<FileHandle | null> =>
  orNull(pickers().showSaveFilePicker?.({ ...(isProject ? { types: [PROJECT] } : {}), suggestedName, id: 'netloom' }))

/** Asks for a folder to write into; null when cancelled, undefined when the browser has no such dialog. */
export const pickFolder = async (): Promise<FileSystemDirectoryHandle | null | undefined> =>
  pickers().showDirectoryPicker ? orNull(pickers().showDirectoryPicker?.({ mode: 'readwrite', id: 'netloom' })) : undefined

/** Asks for files to read through a plain file field, which every browser has; null when cancelled. */
export const pickUploads = (accept: string, multiple: boolean): Promise<readonly File[] | null> =>
  new Promise(done => {
    const field = document.createElement('input')
    field.type = 'file'
    field.accept = accept
    field.multiple = multiple
    field.hidden = true
    const finish = (): void => {
      field.remove()
      done(field.files?.length ? [...field.files] : null)
    }
    field.addEventListener('change', finish)
    field.addEventListener('cancel', finish)
    document.body.append(field)
    field.click()
  })

/** Puts bytes into the user's downloads. */
export const offerDownload = (name: string, bytes: Uint8Array<ArrayBuffer>): void => {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Writes a file wholly: the browser swaps it in when the writer is closed, and drops it otherwise. */
export const writeHandle = async (handle: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  const writer = await handle.createWritable()
  try {
    await writer.write(bytes)
    await writer.close()
  } catch (error) {
    await writer.abort().catch(() => undefined)
    throw error
  }
  if ((await handle.getFile()).size !== bytes.byteLength)
    throw new DOMException('The file is shorter than what was written.', 'QuotaExceededError')
}
