import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron'
import { CALL_CHANNEL, isHostCall } from '../shared/host/calls.ts'
import type { HostApi } from '../shared/host/contract.ts'
import { hostGuards } from '../shared/host/guards.ts'
import { fail, type Result } from '../shared/result.ts'
import { isOurs } from './bundle.ts'

/** Whether a message comes from the top frame of our own window; a frame that is gone already is foreign. */
export const isTrusted = (event: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>, window: WebContents | null): boolean => {
  const frame = event.senderFrame
  return window !== null && event.sender === window && frame !== null && frame === window.mainFrame && isOurs(frame.url)
}

/** Serves every host call on one channel: first who asks, then what, then with which arguments. Nothing that is thrown crosses. */
export const serveHost = (ipcMain: Pick<IpcMain, 'handle'>, calls: HostApi, window: () => WebContents | null): void => {
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, args: unknown): Promise<Result<unknown>> => {
    if (!isTrusted(event, window())) return fail('host/foreign', 'This page may not ask anything of Netloom.')
    if (!isHostCall(name)) return fail('host/unknown-call', 'Netloom knows no such call.')
    return answer(name, args, calls)
  })
}

const answer = async <K extends keyof HostApi>(name: K, args: unknown, calls: HostApi): Promise<Result<unknown>> => {
  const checked = hostGuards[name](args)
  if (!checked.ok) return checked
  const call = calls[name] as (...values: Parameters<HostApi[K]>) => Promise<Result<unknown>>
  try {
    return await call(...checked.value)
  } catch {
    return fail('host/failed', `The call ${name} failed inside Netloom. Try again; if it goes on, restart Netloom.`)
  }
}
