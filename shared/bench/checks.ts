import type { BenchNet } from './nets.ts'
import type { BenchRecord } from './record.ts'

/** A figure that every release holds, and what was measured; `met` is null where it could not be. */
export interface Check {
  readonly what: string
  readonly wanted: string
  readonly measured: number
  readonly met: boolean | null
}

/** What the window does while it trains, as `bench/frames` measures it. */
export interface WindowFigures {
  /** 95th percentile of the main thread's work per frame, ms. */
  readonly p95: number
  /** Part of the training rate that watching costs, 0–1. */
  readonly probeCost: number
}

interface Ratio {
  readonly net: BenchNet
  readonly on: 'processor' | 'graphics card'
  readonly peer: 'stock tfjs' | 'pytorch'
  readonly least: number
}

const RATIOS: readonly Ratio[] = [
  { net: 'lenet', on: 'processor', peer: 'stock tfjs', least: 80 },
  { net: 'mlp', on: 'processor', peer: 'stock tfjs', least: 20 },
  { net: 'lenet', on: 'processor', peer: 'pytorch', least: 0.9 },
  { net: 'mlp', on: 'processor', peer: 'pytorch', least: 1 },
  { net: 'vgg-small', on: 'processor', peer: 'pytorch', least: 0.8 },
  { net: 'lenet', on: 'graphics card', peer: 'stock tfjs', least: 5 },
  { net: 'vgg-small', on: 'graphics card', peer: 'stock tfjs', least: 5 },
  { net: 'lenet', on: 'graphics card', peer: 'pytorch', least: 0.5 },
  { net: 'vgg-small', on: 'graphics card', peer: 'pytorch', least: 0.25 },
]

const atLeast = (value: number, least: number): boolean | null => (Number.isFinite(value) ? value >= least : null)
const atMost = (value: number, most: number): boolean | null => (Number.isFinite(value) ? value <= most : null)

const onCard = (record: BenchRecord): boolean => record.backend === 'webgpu'

/** The ratio against the fastest peer of that name; NaN where none was measured. */
const ratioIn = (records: readonly BenchRecord[], { net, on, peer }: Ratio): number => {
  const ratios = records
    .filter(record => record.net === net && onCard(record) === (on === 'graphics card'))
    .flatMap(record => record.peers.filter(({ name }) => name.startsWith(peer)).map(({ ratio }) => ratio))
    .filter(Number.isFinite)
  return ratios.length ? Math.min(...ratios) : Number.NaN
}

/** The ratios, counts and window figures that every release holds, against what was measured. */
export const checksOf = (records: readonly BenchRecord[], window: WindowFigures | null = null): readonly Check[] => {
  const ratios = RATIOS.map((wanted): Check => {
    const measured = ratioIn(records, wanted)
    const what = `${wanted.net} on the ${wanted.on} vs ${wanted.peer === 'pytorch' ? 'PyTorch' : 'stock tfjs'}, best of each`
    return { what, wanted: `≥ ${wanted.least} ×`, measured, met: atLeast(measured, wanted.least) }
  })
  const step = records.find(record => record.net === 'lenet' && record.counts)?.counts?.[0]
  const most = (what: string, measured: number, limit: number, unit = ''): Check => ({
    what,
    wanted: `≤ ${limit}${unit}`,
    measured,
    met: atMost(measured, limit),
  })
  return [
    ...ratios,
    most('dispatches per LeNet step', step?.dispatches ?? Number.NaN, 30),
    most('submits per LeNet step', step?.submits ?? Number.NaN, 1),
    most('processor time per LeNet step through WebGPU', step?.cpuMs ?? Number.NaN, 0.5, ' ms'),
    most('window: p95 of work per frame while training with film strips', window?.p95 ?? Number.NaN, 16.7, ' ms'),
    most('window: cost of live probes', 100 * (window?.probeCost ?? Number.NaN), 5, ' %'),
  ]
}
