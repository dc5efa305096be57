import type { BenchNet } from '../../shared/bench/nets.ts'
import type { BenchPage, Opened, Who } from './calls.ts'
import { subject } from './subject.ts'

type Round = BenchPage['round']
let measure: Round = async () => ({})

/** Our engine, in a worker as in the product. */
const openOurs = (backend: Who['backend'], net: BenchNet): Promise<Opened> => {
  const worker = new Worker(new URL('./ours.worker.ts', import.meta.url), { type: 'module', name: new URL('.', document.baseURI).href })
  const ask = (message: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.value))
      worker.onerror = event => reject(new Error(event.message || 'The worker did not start.'))
      worker.postMessage(message)
    })
  measure = seconds => ask({ seconds }) as ReturnType<Round>
  return ask({ net, backend }) as Promise<Opened>
}

/** Stock tfjs in the page itself. Nothing of Netloom is loaded here, so no kernel or gradient of ours is registered. */
const openTheirs = async (backend: Who['backend'], net: BenchNet, seconds: number): Promise<Opened> => {
  const { loadStock } = await import('./theirs.ts')
  const { openStock } = await import('../../shared/bench/stock.ts')
  const { tf, adapter } = await loadStock(backend)
  const given = subject(net)
  const stock = await openStock(tf, given, seconds)
  measure = stock.round
  return { name: stock.name, threads: 1, calibrated: (1000 * given.batch) / stock.calibrated, adapter }
}

const page: BenchPage = {
  open: ({ maker, backend }, net, seconds) => (maker === 'netloom' ? openOurs(backend, net) : openTheirs(backend, net, seconds)),
  round: seconds => measure(seconds),
}

Object.assign(globalThis, { bench: page })
