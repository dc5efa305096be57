import { quantile } from '../shared/bench/rounds.ts'

/** One event of a Chromium trace; times in µs. */
export interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** Time that the thread itself ran, which other programs do not lengthen. */
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly type?: string } }
}

interface Thread {
  readonly pid: number
  readonly tid: number
}

/** Work of a thread per frame, ms. */
export interface FrameFigures {
  readonly frames: number
  readonly p50: number
  readonly p95: number
  readonly max: number
  /** The same over the frames in which something new was drawn. */
  readonly busyFrames: number
  readonly busyP95: number
  /** Part of the time in which the thread worked, 0–1. */
  readonly load: number
}

const TASK = 'RunTask'
const FRAME = 'BeginMainThreadFrame'
/** What a frame costs in which only the clock went on, ms at most. */
const IDLE = 1

const workOf = (event: TraceEvent): number => (event.tdur ?? event.dur ?? 0) / 1000

const on = (thread: Thread) => (event: TraceEvent) => event.pid === thread.pid && event.tid === thread.tid

/** Threads of this name, the one that worked most first. */
export const threadsNamed = (events: readonly TraceEvent[], name: string): readonly Thread[] => {
  const found = events.filter(event => event.name === 'thread_name' && event.args?.name === name)
  const load = (thread: Thread): number =>
    events.filter(on(thread)).reduce((sum, event) => sum + (event.name === TASK ? workOf(event) : 0), 0)
  return found.map(({ pid, tid }) => ({ pid, tid, load: load({ pid, tid }) })).sort((a, b) => b.load - a.load)
}

/** All work of a thread, split by the beginnings of its frames: handlers between two frames count for the one that they delay. */
export const framesOf = (events: readonly TraceEvent[], thread: Thread): FrameFigures => {
  const mine = events.filter(on(thread)).sort((a, b) => a.ts - b.ts)
  const begins = mine.filter(event => event.name === FRAME).map(event => event.ts)
  const work = new Array<number>(Math.max(0, begins.length - 1)).fill(0)
  let frame = -1
  for (const event of mine) {
    if (event.name !== TASK) continue
    // A task that begins a frame contains that beginning.
    while (frame + 1 < begins.length && (begins[frame + 1] ?? 0) < event.ts + (event.dur ?? 0)) frame += 1
    if (frame >= 0 && frame < work.length) work[frame] = (work[frame] ?? 0) + workOf(event)
  }
  const busy = work.filter(ms => ms > IDLE)
  const span = ((begins.at(-1) ?? 0) - (begins[0] ?? 0)) / 1000
  return {
    ...{ frames: work.length, p50: quantile(work, 0.5), p95: quantile(work, 0.95), max: quantile(work, 1) },
    ...{ busyFrames: busy.length, busyP95: quantile(busy, 0.95), load: work.reduce((a, b) => a + b, 0) / Math.max(span, 1e-6) },
  }
}

/** Processor time by what was done, the largest first, ms: events of a thread that are not inside another of the same kind. */
export const costsOf = (events: readonly TraceEvent[], thread: Thread): readonly (readonly [name: string, ms: number])[] => {
  const ends = new Map<string, number>()
  const sums = new Map<string, number>()
  for (const event of events.filter(on(thread)).sort((a, b) => a.ts - b.ts)) {
    if (event.ph !== 'X' || event.ts < (ends.get(event.name) ?? 0)) continue
    ends.set(event.name, event.ts + (event.dur ?? 0))
    sums.set(event.name, (sums.get(event.name) ?? 0) + workOf(event))
  }
  return [...sums].sort((a, b) => b[1] - a[1])
}
