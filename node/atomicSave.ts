import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { failAll, ok, type Result } from '../shared/result.ts'
import { errorCode, fileIssue } from './fileIssue.ts'

/** The calls to the file system that a save makes; tests pass their own to let each of them fail. */
export type SaveIo = Pick<typeof fs, 'open' | 'rename' | 'rm' | 'realpath' | 'lstat' | 'readlink' | 'access' | 'copyFile'>

const queues = new Map<string, Promise<unknown>>()

/** How a save is made. */
export interface SaveOptions {
  /** Keeps what the file held before beside it, with the ending `.bak`. */
  readonly backup?: boolean
  readonly io?: SaveIo
}

/**
 * Writes `bytes` to `path` wholly or not at all: a reader, a crash or a full disk meets the old file or the new one, never a part.
 * Saves to one path happen in the order asked. Links are followed, the mode is kept, a file closed to writing is refused.
 */
export const atomicSave = (path: string, bytes: Uint8Array, { backup = false, io = fs }: SaveOptions = {}): Promise<Result<null>> => {
  const key = resolve(path)
  const before = queues.get(key) ?? Promise.resolve()
  const mine = before.then(() => saveNow(key, bytes, backup, io))
  queues.set(key, mine)
  return mine.finally(() => {
    if (queues.get(key) === mine) queues.delete(key)
  })
}

const saveNow = async (path: string, bytes: Uint8Array, backup: boolean, io: SaveIo): Promise<Result<null>> => {
  try {
    const target = await followLinks(path, io)
    const temp = join(dirname(target), tempName())
    try {
      await writeTemp(temp, target, bytes, io)
      if (backup) await keepOld(target, io)
      await renameOver(temp, target, io)
    } catch (error) {
      await io.rm(temp, { force: true }).catch(() => undefined)
      throw error
    }
    await syncFolder(dirname(target), io)
    return ok(null)
  } catch (error) {
    return failAll([fileIssue(error, basename(path), 'saved')])
  }
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code })

/** Finds the file behind symbolic links, also when the last link points at a file that does not exist yet. */
const followLinks = async (path: string, io: SaveIo, hops = 0): Promise<string> => {
  if (hops > 40) throw systemError('ELOOP')
  const inPlace = join(await io.realpath(dirname(path)), basename(path))
  const found = await io.lstat(inPlace).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  })
  return found?.isSymbolicLink() ? followLinks(resolve(dirname(inPlace), await io.readlink(inPlace)), io, hops + 1) : inPlace
}

const writeTemp = async (temp: string, target: string, bytes: Uint8Array, io: SaveIo): Promise<void> => {
  const old = await io.lstat(target).catch(() => null)
  if (old?.isDirectory()) throw systemError('EISDIR')
  if (old && !old.isFile()) throw systemError('EINVAL')
  if (old) await io.access(target, 2)
  const handle = await io.open(temp, 'wx', old ? old.mode & 0o777 : 0o666)
  try {
    await handle.writeFile(bytes)
    if (old) await keepOwnership(handle, old)
    // A full disk can take a part of a write without an error, so the size is asked for.
    if ((await handle.stat()).size !== bytes.byteLength) throw systemError('ENOSPC')
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Copies the file that is about to be replaced; a copy that cannot be made must not keep the user from saving. */
const keepOld = async (target: string, io: SaveIo): Promise<void> => {
  const temp = join(dirname(target), tempName())
  try {
    await io.copyFile(target, temp)
    await io.rename(temp, `${target}.bak`)
  } catch {
    await io.rm(temp, { force: true }).catch(() => undefined)
  }
}

/** Keeps mode and owner where the system allows; a save must not fail for their sake. */
const keepOwnership = async (handle: fs.FileHandle, old: { mode: number; uid: number; gid: number }): Promise<void> => {
  await handle.chown(old.uid, old.gid).catch(() => undefined)
  await handle.chmod(old.mode & 0o777).catch(() => undefined)
}

const WAITS = [10, 30, 100, 300, 600]

/** Windows lets virus scanners hold a file for a moment, so a refused rename is tried again there. */
const renameOver = async (temp: string, target: string, io: SaveIo, tries = 0): Promise<void> => {
  try {
    await io.rename(temp, target)
  } catch (error) {
    const wait = WAITS[tries]
    if (process.platform !== 'win32' || wait === undefined || !['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error))) throw error
    await new Promise(done => setTimeout(done, wait))
    await renameOver(temp, target, io, tries + 1)
  }
}

/** Makes the rename itself outlast a power cut; a folder that may not be opened for this is left alone. */
const syncFolder = async (folder: string, io: SaveIo): Promise<void> => {
  if (process.platform === 'win32') return
  try {
    const handle = await io.open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch (error) {
    if (errorCode(error) === 'EIO') throw error
  }
}

const tempName = (): string => `.netloom-${process.pid}-${randomBytes(6).toString('hex')}.tmp`
const TEMP = /^\.netloom-(\d+)-[0-9a-f]{12}\.tmp$/

/**
 * Removes temporary files that killed saves left in a folder and says how many. Files of a running process, and files younger than
 * `age` ms (they may belong to another machine on a shared folder), are left alone.
 */
export const sweepTemps = async (folder: string, age = 5000): Promise<number> => {
  let removed = 0
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const process = TEMP.exec(name)?.[1]
    if (!process || isRunning(Number(process))) continue
    const path = join(folder, name)
    const old = await fs.lstat(path).catch(() => null)
    if (!old || Date.now() - old.mtimeMs < age) continue
    removed += await fs.rm(path, { force: true }).then(
      () => 1,
      () => 0,
    )
  }
  return removed
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}
