import type { HostApi, Recovery } from '../../shared/host/contract.ts'
import { attempt } from './attempt.ts'
import { browserStore } from './browserStore.ts'

const LOCK = 'netloom-window-'

/** Holds a lock for as long as this window lives, so that other windows know that its kept work is not left over. */
const announceWindow = (): string => {
  const id = crypto.randomUUID()
  void navigator.locks?.request(LOCK + id, () => new Promise(() => undefined)).catch(() => undefined)
  return id
}

const livingWindows = async (): Promise<ReadonlySet<string>> => {
  const { held = [] } = (await navigator.locks?.query()) ?? {}
  return new Set(held.map(lock => lock.name?.slice(LOCK.length) ?? ''))
}

/** Keeping the working state in the browser's storage. */
export const browserRecovery = (): Pick<HostApi, 'writeRecovery' | 'recoveries' | 'clearRecovery'> => {
  const window = announceWindow()
  let asked = false
  return {
    writeRecovery: recovery =>
      attempt('The working state could not be kept', async () => {
        await (await browserStore()).put('recoveries', { ...recovery, window }, undefined)
        // Asked once there is something to lose: storage that the browser may not clear by itself.
        if (!asked) void navigator.storage?.persist?.()
        asked = true
        return null
      }),
    recoveries: () =>
      attempt('The kept work could not be read', async () => {
        const living = await livingWindows()
        const all = await (await browserStore()).getAll('recoveries')
        return all
          .filter(kept => !living.has(kept.window))
          .sort((a, b) => b.when - a.when)
          .map(({ window: _, ...recovery }): Recovery => recovery)
      }),
    clearRecovery: id =>
      attempt('The kept work could not be removed', async () => {
        await (await browserStore()).delete('recoveries', id)
        return null
      }),
  }
}
