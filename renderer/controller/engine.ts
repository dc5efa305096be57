import type { EngineCalls, EngineMessage } from '../../shared/engine/protocol.ts'
import type { Issue, Result } from '../../shared/result.ts'
import { dataStore } from '../store/dataStore.ts'
import { setProbe } from '../store/probeStore.ts'
import { runStore } from '../store/runStore.ts'
import { afterEvent } from './runEvents.ts'

/** The engine as the window holds it. */
export interface EngineLink {
  call<K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<Result<EngineCalls[K]['answer']>>
  subscribe(listener: (message: EngineMessage) => void): () => void
}

let link: Promise<EngineLink> | null = null
let connect: (() => Promise<EngineLink>) | null = null
let onReplaced: (reason: Issue) => void = () => undefined

/** Sets how the engine is reached, and what to do when it died and a new one takes its place; called once at start, and by tests with an engine of their own. */
export const setEngine = (make: () => Promise<EngineLink>, replaced: (reason: Issue) => void = () => undefined): void => {
  connect = make
  link = null
  onReplaced = replaced
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
  if (message.kind === 'replaced') onReplaced(message.issue)
  if (message.kind === 'train' && message.run === runStore.getState().run) runStore.setState(state => afterEvent(state, message.event))
  if (message.kind === 'probe' && message.run === runStore.getState().run) setProbe(message.probe)
}
