import type { DataChoice } from '../../graph/document.ts'
import type { PreparedData } from '../prepared.ts'

/** Reach of a slider in standard deviations: where nearly all samples lie. */
const REACH = 2.5

/** Slider limits of a feature in the units of the data, from how it was normalised. */
export const limitsOf = (
  { scaling, kind }: Pick<PreparedData, 'scaling' | 'kind'>,
  normalise: DataChoice['normalise'],
  i: number,
): readonly [number, number] => {
  const mean = scaling.mean[i] ?? 0
  const deviation = scaling.deviation[i] ?? 1
  if (kind === 'points') return [-scaling.scale, scaling.scale]
  if (normalise === 'standard') return [mean - REACH * deviation, mean + REACH * deviation]
  // "To 0–1" keeps the smallest value as mean and the span as deviation.
  return normalise === 'unit' ? [mean, mean + deviation] : [0, scaling.scale]
}
