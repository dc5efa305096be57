import { createHash, randomUUID } from 'node:crypto'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { atomicSave } from '../node/atomicSave.ts'
import { readWhole } from '../node/readWhole.ts'
import type { RecentFile } from '../shared/host/contract.ts'

const KEPT = 40
const RECENT = 12

const entry = z.strictObject({
  token: z.string(),
  path: z.string(),
  when: z.number(),
  size: z.number(),
  modified: z.number(),
  sha256: z.string(),
})
const listing = z.strictObject({ version: z.literal(1), files: z.array(entry).max(KEPT) })

/** A place that the user named in a dialog, and how the file was when we last read or wrote it. */
export type KnownFile = z.infer<typeof entry>

/** The only link between the tokens that the window knows and places on disk; kept over restarts. */
export interface KnownFiles {
  find(token: string): Promise<KnownFile | undefined>
  /** Notes that the file was read or written with these bytes; gives its token, the old one where the file is known. */
  remember(path: string, bytes: Uint8Array): Promise<string>
  forget(token: string): Promise<void>
  /** True when something else changed the file since `remember`; a file that is gone counts as unchanged. */
  isChanged(known: KnownFile): Promise<boolean>
  recent(): Promise<readonly RecentFile[]>
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Known files, kept in `files.json` in `folder`. */
export const makeKnownFiles = (folder: string): KnownFiles => {
  const path = join(folder, 'files.json')
  const loading = load(path)
  const keep = async (files: KnownFile[]): Promise<void> => {
    files.sort((a, b) => b.when - a.when)
    files.length = Math.min(files.length, KEPT)
    // The list is a convenience: that it cannot be kept must not fail a save that succeeded.
    await mkdir(folder, { recursive: true }).catch(() => undefined)
    await atomicSave(path, Buffer.from(JSON.stringify({ version: 1, files })))
  }
  return {
    find: async token => (await loading).find(file => file.token === token),
    remember: async (place, bytes) => {
      const files = await loading
      const real = await realpath(place)
      const { size, mtimeMs } = await stat(real)
      const known = files.find(file => file.path === real)
      const now = { path: real, when: Date.now(), size, modified: mtimeMs, sha256: sha256(bytes) }
      const token = known?.token ?? randomUUID()
      if (known) Object.assign(known, now)
      else files.push({ token, ...now })
      await keep(files)
      return token
    },
    forget: async token => {
      const files = await loading
      const at = files.findIndex(file => file.token === token)
      if (at >= 0) files.splice(at, 1)
      await keep(files)
    },
    isChanged: async known => {
      const now = await stat(known.path).catch(() => null)
      if (!now || (now.size === known.size && now.mtimeMs === known.modified)) return false
      const bytes = await readWhole(known.path)
      return !bytes.ok || sha256(bytes.value) !== known.sha256
    },
    recent: async () => (await loading).slice(0, RECENT).map(({ token, path: place, when }) => ({ token, name: basename(place), when })),
  }
}

const load = async (path: string): Promise<KnownFile[]> => {
  const bytes = await readWhole(path, 1 << 20)
  if (!bytes.ok) return []
  try {
    const parsed = listing.safeParse(JSON.parse(new TextDecoder().decode(bytes.value)))
    return parsed.success ? parsed.data.files.sort((a, b) => b.when - a.when) : []
  } catch {
    return []
  }
}
