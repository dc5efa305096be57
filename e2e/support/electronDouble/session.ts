import { EventEmitter } from 'node:events'
import type { SchemeHandler } from './scheme.ts'

type Rule = (...args: unknown[]) => unknown

/** One session: its rules are kept, and asked where the double meets the same question as Electron. */
export const makeSession = () => {
  const rules = new Map<string, Rule>()
  const schemes = new Map<string, SchemeHandler>()
  const note = (name: string) => (rule: Rule) => void rules.set(name, rule)
  const session = Object.assign(new EventEmitter(), {
    protocol: { handle: (scheme: string, handler: SchemeHandler) => void schemes.set(scheme, handler) },
    setPermissionRequestHandler: note('request'),
    setPermissionCheckHandler: note('check'),
    setDevicePermissionHandler: note('device'),
    setDisplayMediaRequestHandler: note('display'),
    webRequest: { onBeforeRequest: note('web') },
  })
  /** Whether the app's own rule lets a request through. */
  const lets = (url: string): Promise<boolean> =>
    new Promise(done => {
      const rule = rules.get('web')
      if (rule) rule({ url }, ({ cancel }: { cancel?: boolean }) => done(!cancel))
      else done(true)
    })
  const missing = () => ['request', 'check', 'device', 'display', 'web'].filter(name => !rules.has(name))
  return { session, schemes, lets, missing }
}
