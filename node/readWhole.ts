import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { fail, failAll, ok, type Result } from '../shared/result.ts'
import { fileIssue } from './fileIssue.ts'

/** Largest file that is read into memory, bytes. */
export const READ_LIMIT = 1 << 30

/** Reads a regular file of at most `limit` bytes; folders, pipes and devices are refused with a sentence. */
export const readWhole = async (path: string, limit = READ_LIMIT): Promise<Result<Uint8Array<ArrayBuffer>>> => {
  const name = basename(path)
  try {
    // O_NONBLOCK (0x800 on Linux) keeps a pipe without a writer from holding the open for ever.
    const handle = await open(path, process.platform === 'linux' ? 0x800 : 'r')
    try {
      const about = await handle.stat()
      if (about.isDirectory()) return fail('file/is-folder', `${name} is a folder. Choose a file.`)
      if (!about.isFile()) return fail('file/not-a-file', `${name} is not a plain file. Choose another one.`)
      if (about.size > limit) return fail('file/too-large', `${name} has ${about.size} bytes; Netloom reads at most ${limit}.`)
      return ok(new Uint8Array(await handle.readFile()))
    } finally {
      await handle.close()
    }
  } catch (error) {
    return failAll([fileIssue(error, name, 'read')])
  }
}
