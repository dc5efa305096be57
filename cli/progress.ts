/** Shows how far something is: a bar that is drawn over itself on a terminal, nothing elsewhere. */
export interface Progress {
  /** Share done 0–1, what is being done, and the estimated seconds left if known. */
  show(done: number, what: string, secondsLeft?: number): void
  /** Removes the bar; the next line of output stands in its place. */
  clear(): void
}

/** The part of a stream that a bar needs. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const BAR = 24
/** Least time between two drawings, ms. */
const EVERY = 80

/** `1 h 05 min`, `2 min 07 s`, `9 s`. */
export const duration = (seconds: number): string => {
  const s = Math.max(0, Math.round(seconds))
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`
  return s >= 60 ? `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s` : `${s} s`
}

/** One line: bar, percentage, what, time left; cut to `width` characters. */
export const bar = (done: number, what: string, secondsLeft: number | undefined, width: number): string => {
  const share = Math.min(1, Math.max(0, done))
  const full = Math.round(share * BAR)
  const left = secondsLeft === undefined || !Number.isFinite(secondsLeft) ? '' : ` · ${duration(secondsLeft)} left`
  const line = `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${String(Math.floor(share * 100)).padStart(3)} % ${what}${left}`
  return line.length < width ? line : line.slice(0, width - 1)
}

/** A bar on a terminal; on anything else it stays silent, so that logs hold plain lines only. */
export const progressOn = (stream: Terminal, now: () => number = () => performance.now()): Progress => {
  let shown = false
  let last = Number.NEGATIVE_INFINITY
  const clear = (): void => {
    if (shown) stream.write('\r\x1b[K')
    shown = false
  }
  return {
    show: (done, what, secondsLeft) => {
      if (stream.isTTY !== true || (now() - last < EVERY && done < 1)) return
      last = now()
      stream.write(`\r\x1b[K${bar(done, what, secondsLeft, stream.columns ?? 80)}`)
      shown = true
    },
    clear,
  }
}
