import type { BenchNet } from '../../shared/bench/nets.ts'
import type { Rates } from '../../shared/bench/rounds.ts'

/** What a page measures: our engine in a worker, or stock tfjs in the page, and on which backend. */
export type Who =
  | { readonly maker: 'netloom'; readonly backend: 'wasm' | 'webgpu' }
  | { readonly maker: 'stock'; readonly backend: 'cpu' | 'wasm' | 'webgl' | 'webgpu' }

/** What the script outside asks of a page. */
export interface BenchPage {
  /** Prepares a network; the rounds' seconds decide how much a `fit` of stock tfjs does at once. Answers what runs. */
  open(who: Who, net: BenchNet, seconds: number): Promise<Opened>
  round(seconds: number): Promise<Rates>
}

export interface Opened {
  readonly name: string
  readonly threads: number
  /** Rate of one step after one that warmed up; NaN for ours. */
  readonly calibrated: number
  /** The adapter of the graphics backends, as it names itself; empty on the processor. */
  readonly adapter: string
}
