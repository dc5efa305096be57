import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { atomicSave } from '../node/atomicSave.ts'
import { fileIssue } from '../node/fileIssue.ts'
import type { ExportedFile } from '../shared/engine/protocol.ts'
import { fail, failAll, ok, type Result } from '../shared/result.ts'

/** Makes the folder that a file will lie in, so that a long run does not end with "no such folder". */
export const prepareOut = async (path: string): Promise<Result<null>> => {
  const full = resolve(path)
  if ((await stat(full).catch(() => null))?.isDirectory()) return fail('file/is-folder', `${path} is a folder; --out wants a file.`)
  try {
    await mkdir(dirname(full), { recursive: true })
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
    await mkdir(dirname(join(target, path)), { recursive: true })
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
    await mkdir(dirname(target), { recursive: true })
    stage = join(dirname(target), `.netloom-${process.pid}-${randomBytes(6).toString('hex')}`)
    await mkdir(stage)
    for (const file of files) {
      await mkdir(dirname(join(stage, file.path)), { recursive: true })
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
