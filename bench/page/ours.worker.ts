/// <reference types="@webgpu/types" />
import { assetReader } from '../../renderer/worker/assets.ts'
import { kernelHost } from '../../renderer/worker/kernels.ts'
import { loadEngineBrowser } from '../../renderer/worker/loadTf.ts'
import { cardContender, planContender } from '../../shared/bench/contenders.ts'
import type { BenchNet } from '../../shared/bench/nets.ts'
import type { Contender } from '../../shared/bench/rounds.ts'
import { startBackend } from '../../shared/engine/backends.ts'
import type { EngineTf } from '../../shared/engine/tf.ts'
import { unwrap } from '../../shared/result.ts'
import type { Opened, Who } from './calls.ts'
import { subject } from './subject.ts'

type Backend = Extract<Who, { readonly maker: 'netloom' }>['backend']
type Wish = { readonly net: BenchNet; readonly backend: Backend } | { readonly seconds: number }

/** The part of a worker's global scope used here; the compiler knows the window's only. */
const scope = globalThis as unknown as {
  readonly name: string
  onmessage: ((event: MessageEvent<Wish>) => void) | null
  postMessage(message: unknown): void
}

let contender: Contender | null = null

/** The contender on the graphics card; throws a sentence where there is none, or one that the processor imitates. */
const onCard = async (net: BenchNet, engine: EngineTf): Promise<Contender> => {
  const adapter = await engine.adapter()
  if (!adapter) throw new Error('there is no WebGPU adapter in this browser')
  if (adapter.software) throw new Error(`its only WebGPU adapter, ${adapter.name}, computes on the processor`)
  const { fellBack, reason } = unwrap(await startBackend(engine, 'webgpu'))
  const device = engine.device?.() ?? null
  if (fellBack || !device) throw new Error(reason)
  return unwrap(await cardContender(subject(net), engine.tf, device))
}

const open = async (net: BenchNet, backend: Backend): Promise<Opened> => {
  const kernels = kernelHost(assetReader(scope.name))
  const engine = loadEngineBrowser(() => undefined, kernels)
  if (backend === 'webgpu') {
    contender = await onCard(net, engine)
    return { name: contender.name, threads: 1, calibrated: Number.NaN, adapter: (await engine.adapter())?.name ?? '' }
  }
  unwrap(await startBackend(engine, backend))
  contender = unwrap(await planContender(subject(net), engine))
  return { name: contender.name, threads: kernels.spawn ? kernels.threads : 1, calibrated: Number.NaN, adapter: '' }
}

const answer = (wish: Wish): Promise<unknown> => {
  if ('net' in wish) return open(wish.net, wish.backend)
  return contender ? contender.round(wish.seconds) : Promise.resolve({})
}

scope.onmessage = ({ data }) =>
  void answer(data).then(
    value => scope.postMessage({ value }),
    error => scope.postMessage({ error: error instanceof Error ? error.message : String(error) }),
  )
