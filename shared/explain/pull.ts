import type { Backward, Followed, Pass } from '../layers/backward.ts'

/** Indices of the k largest magnitudes, largest first; zeros are left out. */
export const strongest = (values: ArrayLike<number>, k: number): number[] => {
  const best: number[] = []
  const size = (i: number): number => Math.abs(values[i] as number)
  for (let i = 0; i < values.length; i++) {
    const v = size(i)
    if (!(v > 0) || (best.length === k && v <= size(best[k - 1] as number))) continue
    let at = best.length
    while (at > 0 && size(best[at - 1] as number) < v) at--
    best.splice(at, 0, i)
    if (best.length > k) best.pop()
  }
  return best
}

/** What one output channel gets from the inputs of its layer. */
export interface Pulled {
  readonly followed: Followed
  /** Per source: what each of its channels contributes. */
  readonly given: readonly Float64Array[]
}

/** Follows the channels of one layer back; adds the gains of its inputs to `gains`. */
export const pull = (backward: Backward, pass: Pass, all: readonly Followed[], gains: readonly Float32Array[]): Pulled[] => {
  const own = pass.inputs.map(input => new Float32Array(input.values.length))
  return all.map(followed => {
    for (const one of own) one.fill(0)
    backward.back(pass, followed, own)
    const given = pass.inputs.map(({ values, shape }, s) => {
      const channels = shape.at(-1) ?? 1
      const [mine, sum] = [own[s] as Float32Array, gains[s] as Float32Array]
      const each = new Float64Array(channels)
      for (let i = 0, c = 0; i < mine.length; i++, c = c + 1 === channels ? 0 : c + 1) {
        const g = mine[i] as number
        if (g === 0) continue
        sum[i] = (sum[i] as number) + g
        each[c] = (each[c] as number) + g * (values[i] as number)
      }
      return each
    })
    return { followed, given }
  })
}

/** One contribution: from a channel of one source to a channel of the layer. */
export interface Link {
  readonly source: number
  readonly from: number
  readonly to: number
  readonly value: number
}

/** The strongest contributions to the shown channels, from at most `budget` channels and none below the part `faint` of the strongest; and all that reaches those channels. */
export const choose = (
  shown: readonly Pulled[],
  sizes: readonly number[],
  budget: number,
  faint: number,
): { links: Link[]; total: number } => {
  const starts = sizes.map((_, s) => sizes.slice(0, s).reduce((a, b) => a + b, 0))
  const reach = new Float64Array(sizes.reduce((a, b) => a + b, 0))
  let total = 0
  for (const { given } of shown)
    given.forEach((each, s) => {
      const start = starts[s] ?? 0
      for (let c = 0; c < each.length; c++) {
        const v = Math.abs(each[c] as number)
        reach[start + c] = (reach[start + c] as number) + v
        total += v
      }
    })
  const best = strongest(reach, budget).map(at => {
    const source = starts.findLastIndex((start, s) => start <= at && (sizes[s] ?? 0) > 0)
    return { source, from: at - (starts[source] ?? 0) }
  })
  const links = shown.flatMap(({ followed, given }) =>
    best.map(({ source, from }): Link => ({ source, from, to: followed.channel, value: given[source]?.[from] ?? 0 })),
  )
  const kept = strongest(
    links.map(l => l.value),
    2 * budget,
  ).flatMap(i => links[i] ?? [])
  const most = Math.abs(kept[0]?.value ?? 0)
  return { links: kept.filter(({ value }) => Math.abs(value) >= faint * most), total }
}
