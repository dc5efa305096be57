import type { BrowserWindow } from 'electron'
import { EVENT_CHANNEL } from '../shared/host/calls.ts'
import type { HostEvents } from '../shared/host/contract.ts'

/** The one window, and a way to tell it things; what is told before it listens waits in its preload script. */
export interface Desk {
  window: BrowserWindow | null
  tell<K extends keyof HostEvents>(event: K, payload: HostEvents[K]): void
  /** Brings the window to the front. */
  raise(): void
}

/** Makes the desk; `main.ts` puts the window on it. */
export const makeDesk = (): Desk => {
  const waiting: (() => void)[] = []
  let loaded = false
  const send = (event: string, payload: unknown): void => desk.window?.webContents.send(EVENT_CHANNEL, event, payload)
  let current: BrowserWindow | null = null
  const desk: Desk = {
    get window() {
      return current
    },
    set window(window) {
      current = window
      loaded = false
      window?.webContents.on('did-start-loading', () => {
        loaded = false
      })
      window?.webContents.on('did-finish-load', () => {
        loaded = true
        for (const told of waiting.splice(0)) told()
      })
    },
    tell: (event, payload) => {
      if (loaded) send(event, payload)
      else waiting.push(() => send(event, payload))
    },
    raise: () => {
      if (desk.window?.isMinimized()) desk.window.restore()
      desk.window?.focus()
    },
  }
  return desk
}
