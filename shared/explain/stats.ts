import type { TensorStats } from '../engine/protocol.ts'

const BINS = 24

/** Numbers that describe values `[..., channels]`: a channel is dead when it is zero everywhere. Values that are not finite count in nothing. */
export const statsOf = (values: Float32Array, channels: number): TensorStats => {
  const alive = new Uint8Array(Math.max(1, channels))
  let [min, max, sum, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (let i = 0, c = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value !== 0) alive[c] = 1
    if (++c === channels) c = 0
    if (value - value !== 0) continue
    if (value < min) min = value
    if (value > max) max = value
    sum += value
    finite += 1
  }
  if (finite === 0) return { min: 0, max: 0, mean: 0, dead: 0, histogram: new Array<number>(BINS).fill(0) }
  const dead = alive.reduce((count, lives) => count + (lives ? 0 : 1), 0) / alive.length
  return { min, max, mean: sum / finite, dead, histogram: histogramOf(values, min, max) }
}

const histogramOf = (values: Float32Array, min: number, max: number): number[] => {
  const bins = new Array<number>(BINS).fill(0)
  const scale = max > min ? BINS / (max - min) : 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value - value !== 0) continue
    const bin = Math.min(BINS - 1, Math.floor((value - min) * scale))
    bins[bin] = (bins[bin] as number) + 1
  }
  return bins
}
