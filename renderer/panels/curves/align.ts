import type { Series } from '../../store/runStore.ts'

/** One table for two lines with steps of their own: every step once, ascending, null where a line has no point there. */
export type Aligned = [number[], (number | null)[], (number | null)[]]

/** Joins two lines whose steps ascend; `shape` maps a value to what is drawn (e.g. its logarithm). */
export const align = (a: Series, b: Series, shape: (value: number) => number): Aligned => {
  const steps: number[] = []
  const first: (number | null)[] = []
  const second: (number | null)[] = []
  let i = 0
  let j = 0
  while (i < a.step.length || j < b.step.length) {
    const x = Math.min(a.step[i] ?? Number.POSITIVE_INFINITY, b.step[j] ?? Number.POSITIVE_INFINITY)
    steps.push(x)
    first.push(a.step[i] === x ? shape(a.value[i++] ?? 0) : null)
    second.push(b.step[j] === x ? shape(b.value[j++] ?? 0) : null)
  }
  return [steps, first, second]
}

/** Evenly spaced values from low to high, ends included: where the grid lines lie. */
export const evenTicks = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1))

/** The smallest of 1, 2 and 5 times a power of ten that is not below `rough`. */
const roundStep = (rough: number): number => {
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5].find(m => m * power >= rough) ?? 10) * power
}

/** Whole epochs to mark on the step axis, at most `most` of them: steps of 1, 2 or 5 times a power of ten. */
export const epochTicks = (batches: number, high: number, most: number): number[] => {
  const epochs = batches > 0 ? high / batches : 0
  const rough = Math.max(1, epochs / most)
  const pace = roundStep(rough)
  return Array.from({ length: Math.floor(epochs / pace) + 1 }, (_, i) => i * pace * batches)
}

/** How many grid lines a loss axis has, about, and at least. */
const LINES = 4
const FEWEST = 3

const linearTicks = (low: number, high: number, lines = LINES): number[] => {
  const step = roundStep((high - low) / lines)
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1)
  return count < FEWEST && lines === LINES ? linearTicks(low, high, 2 * LINES) : Array.from({ length: count }, (_, i) => (first + i) * step)
}

/** Logarithms of these times powers of ten. */
const multiples = (low: number, high: number, factors: readonly number[]): number[] =>
  Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i)
    .flatMap(power => factors.map(factor => power + Math.log10(factor)))
    .filter(v => v >= low && v <= high)

/** Powers of ten, a few of them where there are many; where there are hardly any, 3 or 2 and 5 times those, too, or else round values. All as logarithms. */
const logTicks = (low: number, high: number): number[] => {
  const decades = multiples(low, high, [1])
  const pace = Math.ceil(decades.length / LINES)
  if (decades.length >= FEWEST) return decades.filter((_, i) => i % pace === 0)
  const between = multiples(low, high, [1, 2, 5])
  if (between.length > 2 * FEWEST) return multiples(low, high, [1, 3])
  return between.length >= FEWEST ? between : linearTicks(10 ** low, 10 ** high).map(Math.log10)
}

/** Round numbers between the limits of a loss axis, where its grid lines lie; `log` says that values are logarithms. */
export const lossTicks = (low: number, high: number, log: boolean): number[] => (log ? logTicks(low, high) : linearTicks(low, high))

/** Limits of a loss axis that leave the line a little room; `log` says that values are logarithms. */
export const lossLimits = (low: number, high: number, log: boolean): [number, number] => {
  const room = Math.max((high - low) * 0.06, log ? 0.05 : Math.abs(high) * 0.02 + 1e-9)
  return [log ? low - room : Math.max(low >= 0 ? 0 : low - room, low - room), high + room]
}

/** Lower ends of an accuracy axis whose grid lines fall on round numbers, with their number of lines; the upper end is 1. */
const FLOORS = [
  [0.97, 4],
  [0.94, 4],
  [0.85, 4],
  [0.7, 4],
  [0.4, 4],
  [0, 5],
] as const

/** Grid lines of an accuracy axis that begins just below `low`. */
export const accuracyTicks = (low: number): number[] => {
  const [bottom, lines] = FLOORS.find(([floor]) => floor <= low) ?? [0, 5]
  return evenTicks(bottom, 1, lines)
}

/** The value that a share of the points lies below; looks at some hundred of them. Null and not-a-number are skipped. */
export const quantile = (values: ArrayLike<number | null | undefined>, share: number): number => {
  const stride = Math.max(1, Math.floor(values.length / 400))
  const seen: number[] = []
  for (let i = 0; i < values.length; i += stride) {
    const v = values[i]
    if (typeof v === 'number' && Number.isFinite(v)) seen.push(v)
  }
  seen.sort((x, y) => x - y)
  return seen[Math.min(seen.length - 1, Math.floor(share * seen.length))] ?? 0
}

/** A loss beside its grid line: three significant digits at most, which tell neighbouring lines apart; with an exponent where it is very small or large. */
export const tickText = (value: number): string => {
  const rounded = Number(value.toPrecision(3))
  const size = Math.abs(rounded)
  return size >= 1e5 || (size > 0 && size < 0.01) ? rounded.toExponential() : String(rounded)
}
