import type { EngineMessage, EngineRequest } from '../../shared/engine/protocol.ts'
import { EngineSession } from '../../shared/engine/session.ts'
import { assetReader } from './assets.ts'
import { kernelHost } from './kernels.ts'
import { loadEngineBrowser } from './loadTf.ts'

/** The part of a worker's global scope used here; the compiler knows the window's only. */
interface Scope {
  readonly name: string
  onmessage: ((event: MessageEvent<EngineRequest>) => void) | null
  postMessage(message: EngineMessage, transfer?: Transferable[]): void
}
const scope = globalThis as unknown as Scope

const BEAT = 1000
let lastBeat = 0
const beat = (): void => {
  const now = performance.now()
  if (now - lastBeat < BEAT / 2) return
  lastBeat = now
  scope.postMessage({ kind: 'heartbeat' })
}

// The window passes its own address as the worker's name.
const asset = assetReader(scope.name)

const session = new EngineSession({
  engine: loadEngineBrowser(beat, kernelHost(asset)),
  asset,
  post: (message, transfer) => scope.postMessage(message, transfer),
})

scope.onmessage = ({ data }) => void session.handle(data)
setInterval(beat, BEAT)
beat()
