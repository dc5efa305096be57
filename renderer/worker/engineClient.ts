import type { EngineCalls, EngineMessage, EngineRequest, TrainEvent } from '../../shared/engine/protocol.ts'
import { type Issue, issue, ok, type Result } from '../../shared/result.ts'

/** What the client uses of a worker; tests bring their own. */
export interface WorkerLike {
  onmessage: ((event: MessageEvent) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
  postMessage(message: EngineRequest, transfer: Transferable[]): void
  terminate(): void
}

/** The engine as the window uses it. */
export interface EngineClient {
  call<K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<Result<EngineCalls[K]['answer']>>
  /** Calls back with every notice until the function returned is called. */
  subscribe(listener: (message: EngineMessage) => void): () => void
  /** Ends the worker, whatever it does; calls under way are refused and the next call starts a new one. */
  restart(): void
}

/** How often the worker's pulse is checked and how long it may be silent, ms; one operation of a large network may take long. */
const CHECK = 1000
const SILENCE = 10_000
const SILENCE_TRAINING = 60_000
const SILENCE_START = 30_000
/** Reading a file shows that it lives after every step, so a worker that is silent this long has lost its way in it. */
export const SILENCE_IMPORT = 5000

const hung = (ms: number): Issue =>
  issue('engine/hung', `The engine gave no sign of life for ${Math.round(ms / 1000)} s and was restarted.`)

const ENDS: readonly string[] = ['done', 'stopped', 'failed']

class Client implements EngineClient {
  private worker: WorkerLike | null = null
  private readonly pending = new Map<number, (result: Result<never>) => void>()
  private readonly listeners = new Set<(message: EngineMessage) => void>()
  /** Calls that may keep the worker busy with one step for long: proving a large network takes some. */
  private readonly exporting = new Set<number>()
  private id = 0
  private run: { readonly run: number; step: number } | null = null
  private heard = 0
  private checked = 0
  private alive = false
  private timer: ReturnType<typeof setInterval> | null = null
  private readonly spawn: () => WorkerLike
  private readonly silence: number

  constructor(spawn: () => WorkerLike, silence: number) {
    this.spawn = spawn
    this.silence = silence
  }

  call<K extends keyof EngineCalls>(name: K, args: EngineCalls[K]['args']): Promise<Result<EngineCalls[K]['answer']>> {
    const id = ++this.id
    return new Promise(resolve => {
      this.pending.set(id, resolve as (result: Result<never>) => void)
      try {
        this.worker ??= this.start()
        if (name === 'export') this.exporting.add(id)
        if (name === 'train') this.run = { run: (args as EngineCalls['train']['args']).run, step: 0 }
        this.worker.postMessage({ id, call: name, args } as EngineRequest, [])
      } catch (error) {
        this.settle(id, { ok: false, issues: [issue('engine/unreachable', `The engine could not be asked: ${String(error)}`)] })
      }
    })
  }

  subscribe(listener: (message: EngineMessage) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  restart(): void {
    this.replace(issue('engine/restarted', 'The engine was restarted.'))
  }

  private start(): WorkerLike {
    const worker = this.spawn()
    this.alive = false
    this.heard = this.checked = Date.now()
    worker.onmessage = ({ data }) => {
      if (worker === this.worker) this.hear(data as EngineMessage)
    }
    worker.onerror = event => {
      if (worker === this.worker)
        this.replace(issue('engine/died', `The engine stopped: ${event.message || 'its code could not be loaded'}.`))
    }
    this.timer ??= setInterval(() => this.check(), CHECK)
    return worker
  }

  private hear(message: EngineMessage): void {
    this.heard = Date.now()
    this.alive = true
    if (message.kind === 'answer') this.settle(message.id, ok(message.value as never))
    else if (message.kind === 'refused') {
      this.settle(message.id, { ok: false, issues: [message.issue] })
      this.leaveIfLost(message.issue)
    } else {
      if (message.kind === 'train') for (const event of message.events) this.follow(message.run, event)
      this.tell(message)
    }
  }

  private follow(run: number, event: TrainEvent): void {
    if (ENDS.includes(event.type)) this.run = null
    else if (this.run?.run === run && 'step' in event) this.run.step = event.step
    if (event.type === 'failed') this.leaveIfLost(event.issue)
  }

  /** A lost graphics device cannot be taken back by the same worker. */
  private leaveIfLost(reason: Issue): void {
    const { worker } = this
    if (reason.code === 'engine/device-lost')
      queueMicrotask(() => {
        if (worker === this.worker) this.replace(reason)
      })
  }

  private check(): void {
    const now = Date.now()
    // After a sleep of the machine the worker gets a full period to be heard again.
    if (now - this.checked > 5 * CHECK) this.heard = now
    this.checked = now
    const limit = !this.alive ? SILENCE_START : this.run || this.exporting.size > 0 ? SILENCE_TRAINING : this.silence
    if (this.worker && now - this.heard > limit) this.replace(hung(limit))
  }

  /** Ends the worker; everything that waits for it is told why. */
  private replace(reason: Issue): void {
    this.worker?.terminate()
    this.worker = null
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    const { run } = this
    this.run = null
    for (const id of [...this.pending.keys()]) this.settle(id, { ok: false, issues: [reason] })
    if (run) this.tell({ kind: 'train', run: run.run, events: [{ type: 'failed', step: run.step, issue: reason }] })
    this.tell({ kind: 'replaced', issue: reason })
  }

  private settle(id: number, result: Result<never>): void {
    const resolve = this.pending.get(id)
    this.pending.delete(id)
    this.exporting.delete(id)
    resolve?.(result)
  }

  private tell(message: EngineMessage): void {
    for (const listener of [...this.listeners]) listener(message)
  }
}

/** Makes a client of a worker that `spawn` starts with the first call and that may be silent for `silence` ms. */
export const engineClient = (spawn: () => WorkerLike, silence = SILENCE): EngineClient => new Client(spawn, silence)

/** Connects the window to the engine in its worker; the worker starts with the first call. */
export const connectEngine = async (silence = SILENCE): Promise<EngineClient> => {
  const { spawnEngine } = await import('./spawn.ts')
  return engineClient(spawnEngine, silence)
}
