import { zipSync } from 'fflate'
import type { ExportedFile } from '../../shared/engine/protocol.ts'
import type { HostApi } from '../../shared/host/contract.ts'
import { isFilePath, safeFileName } from '../../shared/host/guards.ts'
import { IssueError, issue } from '../../shared/result.ts'
import { attempt } from './attempt.ts'
import { hasPickers, offerDownload, pickFolder, pickTarget, writeHandle } from './pickers.ts'

/** A stored zip: weights hardly shrink, and fflate's asynchronous zip wants blob workers, which the content policy forbids. */
const zipped = (folder: string, files: readonly ExportedFile[]): Uint8Array<ArrayBuffer> =>
  zipSync(Object.fromEntries(files.map(({ path, bytes }) => [`${folder}/${path}`, bytes])), { level: 0 })

/** A new folder inside the chosen one; a number is added rather than writing over an older export. */
const makeFolder = async (parent: FileSystemDirectoryHandle, name: string): Promise<FileSystemDirectoryHandle> => {
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name} ${n}`
    const there = await parent.getDirectoryHandle(tried).then(
      () => true,
      error => !(error instanceof DOMException && error.name === 'NotFoundError'),
    )
    if (!there) return parent.getDirectoryHandle(tried, { create: true })
  }
}

const writeInto = async (folder: FileSystemDirectoryHandle, { path, bytes }: ExportedFile): Promise<void> => {
  const parts = path.split('/')
  const name = parts.pop() ?? path
  let place = folder
  for (const part of parts) place = await place.getDirectoryHandle(part, { create: true })
  await writeHandle(await place.getFileHandle(name, { create: true }), bytes)
}

const saveMany = async (name: string, files: readonly ExportedFile[]): Promise<string | null> => {
  const parent = await pickFolder()
  if (parent === null) return null
  if (parent === undefined) {
    offerDownload(`${name}.zip`, zipped(name, files))
    return `${name}.zip in your downloads`
  }
  const folder = await makeFolder(parent, name)
  try {
    for (const file of files) await writeInto(folder, file)
  } catch (error) {
    await parent.removeEntry(folder.name, { recursive: true }).catch(() => undefined)
    throw error
  }
  return `${folder.name} in ${parent.name || 'the chosen folder'}`
}

const saveOne = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<string | null> => {
  if (!hasPickers()) {
    offerDownload(name, bytes)
    return `${name} in your downloads`
  }
  const handle = await pickTarget(name, false)
  if (!handle) return null
  await writeHandle(handle, bytes)
  return handle.name
}

/** One file is saved as such; several go into a new folder, or into a zip in the downloads where the browser knows no folders. */
export const saveExport: HostApi['saveExport'] = (suggestedName, files) =>
  attempt('The export could not be saved', async () => {
    const [first, ...rest] = files
    if (!first || !files.every(file => isFilePath(file.path))) {
      throw new IssueError(issue('export/bad-path', 'The export has no files, or one whose name cannot be written.'))
    }
    if (rest.length > 0) return saveMany(safeFileName(suggestedName), files)
    return saveOne(safeFileName(first.path.split('/').at(-1) ?? suggestedName), first.bytes)
  })
