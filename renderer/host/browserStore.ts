import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Recovery } from '../../shared/host/contract.ts'
import type { FileHandle } from './pickers.ts'

/** A file that the browser lets us open again. `modified` is its time when we last read or wrote it, ms since 1970. */
export interface KnownFile {
  readonly token: string
  readonly name: string
  readonly when: number
  readonly modified: number
  readonly handle: FileHandle
}

/** A kept working state and the window that wrote it. */
export interface KeptRecovery extends Recovery {
  readonly window: string
}

interface Tables extends DBSchema {
  files: { key: string; value: KnownFile }
  recoveries: { key: string; value: KeptRecovery }
  settings: { key: string; value: Readonly<Record<string, unknown>> }
  downloads: { key: string; value: Uint8Array<ArrayBuffer> }
}

let opened: Promise<IDBPDatabase<Tables>> | null = null

/** The browser's own storage; opened once, and again after the browser closed it. */
export const browserStore = (): Promise<IDBPDatabase<Tables>> => {
  const forget = (): void => {
    opened = null
  }
  opened ??= openDB<Tables>('netloom', 1, {
    upgrade: db => {
      db.createObjectStore('files', { keyPath: 'token' })
      db.createObjectStore('recoveries', { keyPath: 'id' })
      db.createObjectStore('settings')
      db.createObjectStore('downloads')
    },
    blocking: (_now, _next, event) => {
      forget()
      ;(event.target as IDBDatabase).close()
    },
    terminated: forget,
  }).catch((error: unknown) => {
    forget()
    throw error
  })
  return opened
}
