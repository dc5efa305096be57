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

/** Limits of a loss axis that leave the line a little room; `log` says that values are logarithms. */
export const lossLimits = (low: number, high: number, log: boolean): [number, number] => {
  const room = Math.max((high - low) * 0.06, log ? 0.05 : Math.abs(high) * 0.02 + 1e-9)
  return [log ? low - room : Math.max(low >= 0 ? 0 : low - room, low - room), high + room]
}

/** Limits of an accuracy axis, rounded outward to 5 %. */
export const accuracyLimits = (low: number, high: number): [number, number] => {
  const bottom = Math.max(0, Math.floor(low * 20) / 20)
  const top = Math.min(1, Math.max(bottom + 0.05, Math.ceil(high * 20) / 20))
  return [Math.min(bottom, top - 0.05), top]
}

/** The decreasing range of a line that is not drawn whole: 1e-3 of precision is enough for a tick. */
export const tickText = (value: number): string => {
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 100 || size < 0.001 ? value.toExponential(0) : String(Number(value.toPrecision(2)))
}
