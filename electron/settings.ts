import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { atomicSave } from '../node/atomicSave.ts'
import { readWhole } from '../node/readWhole.ts'
import type { HostApi } from '../shared/host/contract.ts'
import { hostGuards } from '../shared/host/guards.ts'
import { ok } from '../shared/result.ts'

/** Settings in `settings.json`; a file that cannot be read counts as none, so that a broken one never keeps the app from starting. */
export const makeSettings = (folder: string): Pick<HostApi, 'readSettings' | 'writeSettings'> => {
  const path = join(folder, 'settings.json')
  return {
    readSettings: async () => {
      const bytes = await readWhole(path, 4 << 20)
      if (!bytes.ok) return ok({})
      try {
        const [settings] = [JSON.parse(new TextDecoder().decode(bytes.value)) as unknown]
        const checked = hostGuards.writeSettings([settings])
        return ok(checked.ok ? checked.value[0] : {})
      } catch {
        return ok({})
      }
    },
    writeSettings: async settings => {
      await mkdir(folder, { recursive: true }).catch(() => undefined)
      return atomicSave(path, Buffer.from(`${JSON.stringify(settings, null, 2)}\n`))
    },
  }
}
