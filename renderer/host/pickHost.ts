import type { Host } from '../../shared/host/contract.ts'
import { makeBrowserHost } from './browserHost.ts'
import { electronHost } from './electronHost.ts'

/** What surrounds this window: the desktop where there is one, else the browser. */
export const host: Host = electronHost() ?? makeBrowserHost()
