import { planContender, tfjsContender } from '../../shared/bench/contenders.ts'
import type { Subject } from '../../shared/bench/nets.ts'
import { type BenchRecord, recordOf } from '../../shared/bench/record.ts'
import { type Contender, type Pace, type Rates, runRounds } from '../../shared/bench/rounds.ts'
import { ok, type Result } from '../../shared/result.ts'
import { openSession } from '../engine.ts'
import type { Io } from '../io.ts'
import { pytorchContender } from './pytorch.ts'
import { stockContender } from './stock.ts'

/** What is measured in one run: our engine first, then its peers, and who is missing. */
export interface Group {
  readonly own: Contender
  readonly peers: readonly Contender[]
  readonly absent: BenchRecord['absent']
  /** The record, once the rounds of `own` and of each peer are known. */
  record(own: readonly Rates[], peers: readonly (readonly Rates[])[]): BenchRecord
}

/** The fast engine in Node on the processor, beside tfjs and PyTorch. */
export const processorGroup = async (subject: Subject, seconds: number, io: Io): Promise<Result<Group>> => {
  const session = await openSession('wasm', true, io)
  if (!session.ok) return session
  const { engine, report } = session.value
  const own = await planContender(subject, engine)
  if (!own.ok) return own
  const tfjs = await tfjsContender(subject, engine, report)
  if (!tfjs.ok) return tfjs
  const stock = await stockContender(subject.net, seconds)
  const torch = await pytorchContender(subject.net, seconds)
  const peers = [tfjs.value, ...[stock, torch].flatMap(peer => (peer.ok ? [peer.value] : []))]
  const absent = [
    ...(stock.ok ? [] : [{ name: 'stock tfjs', why: stock.issues[0].message }]),
    ...(torch.ok ? [] : [{ name: 'pytorch', why: torch.issues[0].message }]),
  ]
  const place = { net: subject.net, where: 'node', backend: 'wasm', adapter: '', batch: subject.batch, absent } as const
  return ok({ own: own.value, peers, absent, record: (mine, others) => recordOf(place, mine, named(peers, others)) })
}

/** Each peer's name with its rounds. */
export const named = (peers: readonly Contender[], rounds: readonly (readonly Rates[])[]): [string, readonly Rates[]][] =>
  peers.map((peer, i) => [peer.name, rounds[i] ?? []])

/** Runs groups in rounds that interleave all of them, closes them, and gives a record of each. */
export const measureGroups = async (groups: readonly Group[], pace: Pace): Promise<BenchRecord[]> => {
  const all = groups.flatMap(({ own, peers }) => [own, ...peers])
  try {
    const results = await runRounds(all, pace)
    return groups.map(group => {
      const at = all.indexOf(group.own)
      return group.record(results[at] ?? [], results.slice(at + 1, at + 1 + group.peers.length))
    })
  } finally {
    for (const contender of all) await contender.close()
  }
}
