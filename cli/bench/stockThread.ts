import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { BENCH_NETS, type BenchNet, subjectOf } from '../../shared/bench/nets.ts'
import { openStock, type Stock } from '../../shared/bench/stock.ts'
import { toIssue, unwrap } from '../../shared/result.ts'
import { loadProject } from '../load.ts'

/** What this thread is asked for, one thing at a time. */
export type StockWish =
  | { readonly net: BenchNet; readonly backend: 'wasm' | 'cpu'; readonly seconds: number }
  | { readonly seconds: number }

let stock: Stock | null = null

const open = async (net: BenchNet, backend: 'wasm' | 'cpu', seconds: number): Promise<string> => {
  const tf = await import('@tensorflow/tfjs')
  tf.enableProdMode()
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep)
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`)
  await tf.ready()
  stock = await openStock(tf, unwrap(subjectOf(net, unwrap(await loadProject(BENCH_NETS[net].template)).project)), seconds)
  return stock.name
}

const answer = async (wish: StockWish): Promise<unknown> => {
  if ('net' in wish) return open(wish.net, wish.backend, wish.seconds)
  return stock ? stock.round(wish.seconds) : {}
}

// A thread of its own, because tfjs keeps one list of kernels and gradients, and stock tfjs is to have none of ours.
parentPort?.on('message', (wish: StockWish) => {
  answer(wish).then(
    value => parentPort?.postMessage({ value }),
    error => parentPort?.postMessage({ error: toIssue(error).message }),
  )
})
