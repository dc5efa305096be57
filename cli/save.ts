import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { atomicSave } from '../node/atomicSave.ts'
import { errorCode, fileIssue } from '../node/fileIssue.ts'
import type { ExportedFile } from '../shared/engine/protocol.ts'
import { fail, failAll, ok, type Result } from '../shared/result.ts'

/** Makes a folder and those above it. Node's own recursive mkdir never returns where the system answers "no such folder", as in /proc. */
const makeFolder = async (path: string): Promise<void> => {
  if ((await stat(path).catch(() => null))?.isDirectory()) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path).catch(async (error: unknown) => {
    if (errorCode(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error
  })
}

/** Makes the folder that a file will lie in, so that a long run does not end with "no such folder". */
export const prepareOut = async (path: string): Promise<Result<null>> => {
  const full = resolve(path)
  if ((await stat(full).catch(() => null))?.isDirectory()) return fail('file/is-folder', `${path} is a folder; --out wants a file.`)
  try {
    await makeFolder(dirname(full))
    return ok(null)
  } catch (error) {
    return failAll([fileIssue(error, dirname(path), 'saved')])
  }
}

/** Writes one file wholly or not at all, making its folder first. */
export const saveFile = async (path: string, bytes: Uint8Array): Promise<Result<null>> => {
  const ready = await prepareOut(path)
  return ready.ok ? atomicSave(resolve(path), bytes) : ready
}

/** Moves a finished folder to its place; into a folder that is there already file by file, in the reverse order of the list. */
const moveIn = async (stage: string, target: string, files: readonly ExportedFile[]): Promise<void> => {
  if (!existsSync(target)) return rename(stage, target)
  for (const { path } of [...files].reverse()) {
    await makeFolder(dirname(join(target, path)))
    await rename(join(stage, path), join(target, path))
  }
}

/** Writes the files of an export into a folder: all are written beside it first, so that a failure leaves nothing half. */
export const saveFolder = async (path: string, files: readonly ExportedFile[]): Promise<Result<null>> => {
  const target = resolve(path)
  const there = await stat(target).catch(() => null)
  if (there && !there.isDirectory())
    return fail('file/not-a-folder', `${path} is a file; this format consists of several files and wants a folder.`)
  let stage: string | undefined
  try {
    await makeFolder(dirname(target))
    stage = join(dirname(target), `.netloom-${process.pid}-${randomBytes(6).toString('hex')}`)
    await mkdir(stage)
    for (const file of files) {
      await makeFolder(dirname(join(stage, file.path)))
      const saved = await atomicSave(join(stage, file.path), file.bytes)
      if (!saved.ok) return saved
    }
    await moveIn(stage, target, files)
    return ok(null)
  } catch (error) {
    return failAll([fileIssue(error, basename(path), 'saved')])
  } finally {
    if (stage) await rm(stage, { recursive: true, force: true })
  }
}
