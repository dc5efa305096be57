import type { BackendId } from '../graph/document.ts'
import type { BenchNet } from './nets.ts'
import { bestOf, type Rates, ratioOf } from './rounds.ts'

/** A peer's best configuration; `ratio` is how many times as fast Netloom is, the median over the rounds. */
export interface Peer {
  readonly name: string
  readonly configuration: string
  readonly imagesPerSecond: number
  readonly ratio: number
}

/** What one step costs the processor and the queue of a graphics card. */
export interface StepCounts {
  readonly name: string
  readonly dispatches: number
  readonly submits: number
  /** Processor time per step on a device that computes nothing, ms. */
  readonly cpuMs: number
}

/** A network measured in one place, beside its peers. */
export interface BenchRecord {
  readonly net: BenchNet
  /** `node`, or the browser's name. */
  readonly where: string
  readonly backend: BackendId
  /** The graphics card; empty on the processor. */
  readonly adapter: string
  readonly threads: number
  readonly configuration: string
  readonly batch: number
  /** NaN where no rate is claimed, as on a software adapter. */
  readonly imagesPerSecond: number
  readonly rounds: number
  readonly peers: readonly Peer[]
  /** Peers that could not be measured, and why. */
  readonly absent: readonly { readonly name: string; readonly why: string }[]
  readonly counts?: readonly StepCounts[]
}

type Place = Pick<BenchRecord, 'net' | 'where' | 'backend' | 'adapter' | 'batch' | 'absent'>

/** The record of one contender beside its peers. */
export const recordOf = (
  place: Place,
  own: readonly Rates[],
  peers: readonly (readonly [name: string, rounds: readonly Rates[]])[],
): BenchRecord => {
  const best = bestOf(own)
  return {
    ...place,
    threads: /^\d+ threads?/.test(best.configuration) ? Number.parseInt(best.configuration, 10) : 1,
    configuration: best.configuration,
    imagesPerSecond: best.rounds.length ? best.rate : Number.NaN,
    rounds: own.length,
    peers: peers.map(([name, rounds]) => {
      const peer = bestOf(rounds)
      return { name, configuration: peer.configuration, imagesPerSecond: peer.rate, ratio: ratioOf(best, peer) }
    }),
  }
}
