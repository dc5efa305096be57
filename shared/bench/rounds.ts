/** Images per second of each configuration of a contender in one round. */
export type Rates = Readonly<Record<string, number>>

/** One thing that is measured; the best of its configurations counts. */
export interface Contender {
  readonly name: string
  /** Images per second of each configuration, over about this many seconds each. */
  round(seconds: number): Promise<Rates>
  close(): void | Promise<void>
}

/** How long and how often is measured, and who is told. */
export interface Pace {
  readonly rounds: number
  readonly seconds: number
  stopped?(): boolean
  progress?(round: number): void
}

/** The middle of some numbers, the mean of the two middle ones where there is none; NaN without any. */
export const median = (values: readonly number[]): number => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}

/** The smallest number that a share 0–1 of the others does not exceed (nearest rank); NaN without any. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Images per second of a step that is repeated for some seconds; a first step warms up. */
export const rateOf = async (images: number, seconds: number, step: () => unknown): Promise<number> => {
  await step()
  const started = performance.now()
  let steps = 0
  do {
    await step()
    steps += 1
  } while (performance.now() - started < 1000 * seconds)
  return (1000 * images * steps) / (performance.now() - started)
}

/** Measures all contenders once per round, one after another, so that a slow phase of the machine meets all of them. */
export const runRounds = async (contenders: readonly Contender[], pace: Pace): Promise<Rates[][]> => {
  const results = contenders.map((): Rates[] => [])
  for (let round = 0; round < pace.rounds && !pace.stopped?.(); round++) {
    pace.progress?.(round)
    for (const [i, contender] of contenders.entries()) results[i]?.push(await contender.round(pace.seconds))
  }
  return results
}

/** The configuration with the best median, its median, and its rate in each round. */
export interface Best {
  readonly configuration: string
  readonly rate: number
  readonly rounds: readonly number[]
}

/** Finds the configuration with the best median over the rounds. */
export const bestOf = (rounds: readonly Rates[]): Best => {
  const names = [...new Set(rounds.flatMap(Object.keys))]
  const found = names.map(configuration => {
    const rates = rounds.map(round => round[configuration] ?? Number.NaN)
    return { configuration, rate: median(rates), rounds: rates }
  })
  return found.reduce((a, b) => (b.rate > a.rate ? b : a), { configuration: '', rate: 0, rounds: [] })
}

/** How many times as fast one is as the other: the median of the ratios within each round. */
export const ratioOf = (own: Best, peer: Best): number => median(own.rounds.map((rate, i) => rate / (peer.rounds[i] ?? Number.NaN)))
