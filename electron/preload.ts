import { contextBridge, ipcRenderer } from 'electron'
import { CALL_CHANNEL, EVENT_CHANNEL, HOST_GLOBAL, hostCalls, hostEvents } from '../shared/host/calls.ts'

type Listener = (payload: unknown) => void

/** Files named before the window listens wait here, so that the one of a start by double click is not lost. */
const waiting: unknown[] = []
const listeners = new Map<string, Set<Listener>>(hostEvents.map(name => [name, new Set()]))

ipcRenderer.on(EVENT_CHANNEL, (_event, name: string, payload: unknown) => {
  const told = listeners.get(name)
  if (told?.size) for (const listener of told) listener(payload)
  else if (name === 'fileOpened') waiting.push(payload)
})

const on = (name: string, listener: Listener): (() => void) => {
  // Wrapped, so that a listener given twice can be taken away once.
  const own: Listener = payload => listener(payload)
  listeners.get(name)?.add(own)
  if (name === 'fileOpened') for (const payload of waiting.splice(0)) own(payload)
  return () => void listeners.get(name)?.delete(own)
}

const calls = Object.fromEntries(hostCalls.map(name => [name, (...args: unknown[]) => ipcRenderer.invoke(CALL_CHANNEL, name, args)]))

contextBridge.exposeInMainWorld(HOST_GLOBAL, { ...calls, on })
