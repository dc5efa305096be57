import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { BenchNet } from '../../shared/bench/nets.ts'
import type { Contender, Rates } from '../../shared/bench/rounds.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { StockWish } from './stockThread.ts'

/** How long stock tfjs may take for its first two steps, s. */
const LIMIT = 60

/** The thread's code, built beside whatever asks for it. */
const THREAD = fileURLToPath(new URL('./stock.mjs', import.meta.url))

interface Answer {
  readonly value?: unknown
  readonly error?: string
}

const ask = (worker: Worker, wish: StockWish, limit: number): Promise<Answer> =>
  new Promise(resolve => {
    const late = setTimeout(() => settle({ error: `two steps of model.fit were not done in ${limit} s` }), 1000 * limit)
    const settle = (answer: Answer): void => {
      clearTimeout(late)
      worker.off('message', settle)
      worker.off('error', failed)
      resolve(answer)
    }
    worker.once('message', settle)
    const failed = (error: Error): void => settle({ error: error.message })
    worker.once('error', failed)
    worker.postMessage(wish)
  })

const openOn = async (net: BenchNet, backend: 'wasm' | 'cpu', seconds: number): Promise<Result<Contender>> => {
  const worker = new Worker(THREAD, { stdout: true, stderr: true })
  const opened = await ask(worker, { net, backend, seconds }, LIMIT)
  if (opened.error !== undefined) {
    void worker.terminate()
    return fail('bench/stock', `${backend}: ${opened.error.slice(0, 160)}`)
  }
  return ok({
    name: String(opened.value),
    round: async time => ((await ask(worker, { seconds: time }, 10 * LIMIT)).value ?? {}) as Rates,
    close: () => void worker.terminate(),
  })
}

/** Plain `model.fit` of tfjs in Node, on wasm where that can train the network, else on its cpu backend. */
export const stockContender = async (net: BenchNet, seconds: number): Promise<Result<Contender>> => {
  if (!existsSync(THREAD)) return fail('bench/stock', 'stock tfjs runs in a thread of the built tool only.')
  const wasm = await openOn(net, 'wasm', seconds)
  if (wasm.ok) return wasm
  const cpu = await openOn(net, 'cpu', seconds)
  return cpu.ok ? cpu : fail('bench/stock', `${wasm.issues[0].message}; ${cpu.issues[0].message}`)
}
