import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { atomicSave } from '../node/atomicSave.ts'
import { fileIssue } from '../node/fileIssue.ts'
import type { ExportedFile } from '../shared/engine/protocol.ts'
import { fail, failAll, ok, type Result } from '../shared/result.ts'
import type { Dialogs } from './files.ts'

/** One file goes where the user says; several go into a new folder, which appears only when all of them are written. */
export const saveExportTo = async (
  dialogs: Pick<Dialogs, 'saveFile' | 'chooseFolder'>,
  suggestedName: string,
  files: readonly ExportedFile[],
): Promise<Result<string | null>> => {
  const [first, ...rest] = files
  if (!first) return fail('export/empty', 'The export has no files.')
  if (rest.length > 0) {
    const parent = await dialogs.chooseFolder()
    return parent === null ? ok(null) : saveFolder(parent, suggestedName, files)
  }
  const path = await dialogs.saveFile(basename(first.path))
  if (path === null) return ok(null)
  const saved = await atomicSave(path, first.bytes)
  return saved.ok ? ok(`${basename(path)} in ${basename(dirname(path)) || 'the chosen folder'}`) : saved
}

const saveFolder = async (parent: string, name: string, files: readonly ExportedFile[]): Promise<Result<string>> => {
  const temp = join(parent, `.netloom-export-${randomBytes(6).toString('hex')}`)
  try {
    for (const { path, bytes } of files) {
      const target = join(temp, path)
      await mkdir(dirname(target), { recursive: true })
      const saved = await atomicSave(target, bytes)
      if (!saved.ok) return saved
    }
    const target = await freeName(parent, name)
    await rename(temp, target)
    return ok(`${basename(target)} in ${basename(parent) || 'the chosen folder'}`)
  } catch (error) {
    return failAll([fileIssue(error, name, 'saved')])
  } finally {
    await rm(temp, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** A number is added rather than writing over an older export. */
const freeName = async (parent: string, name: string): Promise<string> => {
  for (let n = 1; ; n++) {
    const tried = join(parent, n === 1 ? name : `${name} ${n}`)
    if ((await stat(tried).catch(() => null)) === null) return tried
  }
}
