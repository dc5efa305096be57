import { HOST_GLOBAL, hostCalls } from '../../shared/host/calls.ts'
import type { Host } from '../../shared/host/contract.ts'

/** The host that the desktop's preload script offers; null in a browser. */
export const electronHost = (): Host | null => {
  const offered: unknown = Reflect.get(globalThis, HOST_GLOBAL)
  if (typeof offered !== 'object' || offered === null) return null
  const whole = [...hostCalls, 'on'].every(name => typeof Reflect.get(offered, name) === 'function')
  return whole ? (offered as Host) : null
}
