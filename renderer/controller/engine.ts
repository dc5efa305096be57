import type { EngineCalls, EngineMessage, NamedWeight } from '../../shared/engine/protocol.ts'
import type { Issue, Result } from '../../shared/result.ts'
import { dataStore } from '../store/dataStore.ts'
import { setProbe } from '../store/probeStore.ts'
import { runStore } from '../store/runStore.ts'
import { afterEvents } from './runEvents.ts'

/** The engine as the window holds it. */
export interface EngineLink {
  call<K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<Result<EngineCalls[K]['answer']>>
  subscribe(listener: (message: EngineMessage) => void): () => void
}

let link: Promise<EngineLink> | null = null
let connect: (() => Promise<EngineLink>) | null = null
let handlers: EngineHandlers = {}

/** What follows from notices beyond the stores. */
interface EngineHandlers {
  /** The engine died and a new one takes its place. */
  replaced?(reason: Issue): void
  /** An epoch of the run under way ended with these weights. */
  epoch?(epoch: number, weights: readonly NamedWeight[]): void
}

/** Sets how the engine is reached and what follows from its notices; called once at start, and by tests with an engine of their own. */
export const setEngine = (make: () => Promise<EngineLink>, on: EngineHandlers = {}): void => {
  connect = make
  link = null
  handlers = on
}

const opened = (): Promise<EngineLink> => {
  link ??= (async () => {
    if (!connect) throw new Error('The engine was not set up.')
    const made = await connect()
    made.subscribe(route)
    return made
  })()
  return link
}

/** Asks the engine; it starts with the first call. */
export const call = async <K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<Result<EngineCalls[K]['answer']>> =>
  (await opened()).call(name, args)

/** Puts a notice where it belongs; what an old run still sends is dropped. */
export const route = (message: EngineMessage): void => {
  if (message.kind === 'progress') {
    if (dataStore.getState().loading) dataStore.setState({ loading: { what: message.what, done: message.done } })
    return
  }
  if (message.kind === 'replaced') handlers.replaced?.(message.issue)
  if (message.kind === 'weights' && message.run === runStore.getState().run) handlers.epoch?.(message.epoch, message.weights)
  if (message.kind === 'train' && message.run === runStore.getState().run) runStore.setState(state => afterEvents(state, message.events))
  if (message.kind === 'probe' && message.run === runStore.getState().run) setProbe(message.probe)
}
