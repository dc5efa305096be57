import type { Host, HostEvents } from '../../shared/host/contract.ts'

type Listeners = { readonly [K in keyof HostEvents]: Set<(payload: HostEvents[K]) => void> }

/** Listeners of a host: `on` for the window, `emit` for the host itself. */
export const makeEvents = (): {
  on: Host['on']
  emit<K extends keyof HostEvents>(event: K, payload: HostEvents[K]): void
} => {
  const listeners: Listeners = { menuCommand: new Set(), fileOpened: new Set(), download: new Set() }
  return {
    on: (event, listener) => {
      listeners[event].add(listener)
      return () => void listeners[event].delete(listener)
    },
    emit: (event, payload) => {
      for (const listener of listeners[event]) listener(payload)
    },
  }
}
