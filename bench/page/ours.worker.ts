/// <reference types="@webgpu/types" />
import { assetReader } from '../../renderer/worker/assets.ts'
import { kernelHost } from '../../renderer/worker/kernels.ts'
import { loadEngineBrowser } from '../../renderer/worker/loadTf.ts'
import { planContender } from '../../shared/bench/contenders.ts'
import type { BenchNet } from '../../shared/bench/nets.ts'
import type { Contender } from '../../shared/bench/rounds.ts'
import { startBackend } from '../../shared/engine/backends.ts'
import { unwrap } from '../../shared/result.ts'
import type { Opened } from './calls.ts'
import { subject } from './subject.ts'

type Wish = { readonly net: BenchNet } | { readonly seconds: number }

/** The part of a worker's global scope used here; the compiler knows the window's only. */
const scope = globalThis as unknown as {
  readonly name: string
  onmessage: ((event: MessageEvent<Wish>) => void) | null
  postMessage(message: unknown): void
}

let contender: Contender | null = null

const open = async (net: BenchNet): Promise<Opened> => {
  const kernels = kernelHost(assetReader(scope.name))
  const engine = loadEngineBrowser(() => undefined, kernels)
  unwrap(await startBackend(engine, 'wasm'))
  contender = unwrap(await planContender(subject(net), engine))
  return { name: 'netloom', threads: kernels.spawn ? kernels.threads : 1, calibrated: Number.NaN, adapter: '' }
}

const answer = (wish: Wish): Promise<unknown> => {
  if ('net' in wish) return open(wish.net)
  return contender ? contender.round(wish.seconds) : Promise.resolve({})
}

scope.onmessage = ({ data }) =>
  void answer(data).then(
    value => scope.postMessage({ value }),
    error => scope.postMessage({ error: String(error) }),
  )
