import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { atomicSave, sweepTemps } from '../node/atomicSave.ts'
import { fileIssue } from '../node/fileIssue.ts'
import { readWhole } from '../node/readWhole.ts'
import type { HostApi, Recovery } from '../shared/host/contract.ts'
import { failAll, ok } from '../shared/result.ts'

const ENDING = '.work'
const NEWLINE = 10

const header = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  when: z.number(),
  token: z.string().nullable(),
  size: z.number(),
})

/** One file: a line of JSON, then the bytes. */
const encode = ({ bytes, ...about }: Recovery): Uint8Array =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ version: 1, ...about, size: bytes.byteLength })}\n`), bytes])

const decode = (file: Uint8Array<ArrayBuffer>): Recovery | null => {
  try {
    const end = file.indexOf(NEWLINE)
    const { version: _, size, ...about } = header.parse(JSON.parse(new TextDecoder().decode(file.subarray(0, end))))
    const bytes = file.slice(end + 1)
    return bytes.byteLength === size ? { ...about, bytes } : null
  } catch {
    return null
  }
}

/** Working states in a folder of our own, written as safely as the user's files. */
export const makeRecovery = (
  folder: string,
): Pick<HostApi, 'writeRecovery' | 'recoveries' | 'clearRecovery'> & {
  /** Removes what this session wrote, after the user said that unsaved work may go. */
  discardSession(): Promise<void>
} => {
  const written = new Set<string>()
  const pathOf = (id: string): string => join(folder, id + ENDING)
  const clear = async (id: string): Promise<void> => {
    written.delete(id)
    await rm(pathOf(id), { force: true })
  }
  return {
    writeRecovery: async recovery => {
      await mkdir(folder, { recursive: true }).catch(() => undefined)
      written.add(recovery.id)
      return atomicSave(pathOf(recovery.id), encode(recovery))
    },
    recoveries: async () => {
      await sweepTemps(folder, 0)
      const found: Recovery[] = []
      for (const name of await readdir(folder).catch(() => [])) {
        if (!name.endsWith(ENDING)) continue
        const file = await readWhole(join(folder, name))
        const recovery = file.ok ? decode(file.value) : null
        if (recovery) found.push(recovery)
        // A broken one is put aside, so that it neither hides the others nor is asked about again.
        else if (file.ok) await rename(join(folder, name), join(folder, `${name}.broken`)).catch(() => undefined)
      }
      return ok(found.sort((a, b) => b.when - a.when))
    },
    clearRecovery: async id => {
      try {
        await clear(id)
        return ok(null)
      } catch (error) {
        return failAll([fileIssue(error, 'The kept work', 'saved')])
      }
    },
    discardSession: async () => {
      for (const id of [...written]) await clear(id).catch(() => undefined)
    },
  }
}
