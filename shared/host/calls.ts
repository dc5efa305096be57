import type { HostApi, HostEvents } from './contract.ts'

const calls: { readonly [K in keyof HostApi]: true } = {
  info: true,
  openProject: true,
  openRecent: true,
  recentFiles: true,
  saveProject: true,
  saveExport: true,
  openData: true,
  openModel: true,
  download: true,
  cancelDownload: true,
  writeRecovery: true,
  recoveries: true,
  clearRecovery: true,
  readSettings: true,
  writeSettings: true,
  setDocument: true,
  setMenu: true,
}

const events: { readonly [K in keyof HostEvents]: true } = { menuCommand: true, fileOpened: true, download: true }

/** Names of all host calls; the compiler names one that is missing. Free of guards, so that the preload script stays small. */
export const hostCalls = Object.keys(calls) as readonly (keyof HostApi)[]

/** Names of all host events. */
export const hostEvents = Object.keys(events) as readonly (keyof HostEvents)[]

/** Tells a host call by its name. */
export const isHostCall = (name: unknown): name is keyof HostApi => typeof name === 'string' && Object.hasOwn(calls, name)

/** Channel on which the window calls the desktop: name, then arguments. */
export const CALL_CHANNEL = 'netloom:call'

/** Channel on which the desktop tells the window: name, then payload. */
export const EVENT_CHANNEL = 'netloom:event'

/** Name under which the preload script offers the host to the window. */
export const HOST_GLOBAL = 'netloomHost'
