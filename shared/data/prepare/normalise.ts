import type { DataChoice } from '../../graph/document.ts'
import { fail, ok, type Result } from '../../result.ts'
import type { RawData, Samples } from '../define.ts'
import type { Scaling } from '../prepared.ts'

/** Channels of an image, columns of a table: what one mean and deviation belong to. */
const channelsOf = (raw: RawData): number => raw.shape.at(-1) ?? 1

/** A deviation that can be divided by; a constant column is only moved. */
const usable = (deviation: number): number => (deviation > 1e-12 && Number.isFinite(deviation) ? deviation : 1)

/** Calls back for every value of the chosen samples with its channel. */
const eachValue = (raw: RawData, indices: Int32Array, visit: (value: number, channel: number) => void): void => {
  const channels = channelsOf(raw)
  const { inputs, count } = raw.train
  const size = count ? inputs.length / count : 0
  for (const index of indices) {
    for (let i = 0; i < size; i++) visit(inputs[index * size + i] ?? 0, i % channels)
  }
}

/** Mean and deviation per channel in two passes of double precision. */
const fitStandard = (raw: RawData, indices: Int32Array): Scaling => {
  const channels = channelsOf(raw)
  const { inputs, count } = raw.train
  const perChannel = (indices.length * (count ? inputs.length / count : 0)) / channels
  const mean = new Float64Array(channels)
  eachValue(raw, indices, (value, channel) => {
    mean[channel] = (mean[channel] ?? 0) + value
  })
  for (let c = 0; c < channels; c++) mean[c] = (mean[c] ?? 0) / perChannel
  const variance = new Float64Array(channels)
  eachValue(raw, indices, (value, channel) => {
    variance[channel] = (variance[channel] ?? 0) + (value - (mean[channel] ?? 0)) ** 2
  })
  return { mean: [...mean], deviation: Array.from(variance, sum => usable(Math.sqrt(sum / perChannel))), scale: raw.scale }
}

/** Least and largest value per column, so that the training part fills 0–1. */
const fitRange = (raw: RawData, indices: Int32Array): Scaling => {
  const low = new Float64Array(channelsOf(raw)).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(channelsOf(raw)).fill(Number.NEGATIVE_INFINITY)
  eachValue(raw, indices, (value, channel) => {
    low[channel] = Math.min(low[channel] ?? value, value)
    high[channel] = Math.max(high[channel] ?? value, value)
  })
  return { mean: [...low], deviation: Array.from(high, (value, c) => usable(value - (low[c] ?? 0))), scale: raw.scale }
}

/** Finds how to scale, from the training samples only. `unit` divides pictures and points by the largest possible value and brings each column of a table to 0–1; `standard` gives every channel or column mean 0 and variance 1. */
export const fitScaling = (raw: RawData, normalise: DataChoice['normalise'], training: Int32Array): Result<Scaling> => {
  const channels = channelsOf(raw)
  const same = (deviation: number): Scaling => ({
    mean: Array(channels).fill(0),
    deviation: Array(channels).fill(usable(deviation)),
    scale: raw.scale,
  })
  if (normalise === 'none') return ok(same(1))
  if (normalise === 'unit' && raw.kind !== 'table') return ok(same(raw.scale))
  if (training.length) return ok(normalise === 'unit' ? fitRange(raw, training) : fitStandard(raw, training))
  return fail(
    'data/no-training',
    `Normalising by “${normalise}” is fitted on training samples, and this source holds none: add them, or choose “none”.`,
    { param: 'normalise' },
  )
}

/** Says where a value that cannot be used stands; samples and values are counted from 1. */
export const badValue = (raw: RawData, part: string, sample: number, i: number, value: number): Result<never> => {
  const column = raw.features[i]
  const place = column === undefined ? `value ${i + 1}` : `column “${column}”`
  const message = `Sample ${sample + 1} of the ${part} data has ${value} in ${place}: ${Number.isFinite(value) ? 'it is too large to be normalised' : 'every value must be a finite number'}.`
  return fail('data/not-finite', message, { where: `${part}[${sample}][${i}]`, received: String(value) })
}

/** Gathers samples as `(raw − mean) / deviation`; values that leave the range of float32 are refused with their place. */
export const normaliseInputs = (
  raw: RawData,
  samples: Samples,
  indices: Int32Array,
  scaling: Scaling,
  part: string,
): Result<Float32Array> => {
  const size = samples.count ? samples.inputs.length / samples.count : 0
  const channels = channelsOf(raw)
  const out = new Float32Array(indices.length * size)
  const mean = Float64Array.from(scaling.mean)
  const deviation = Float64Array.from(scaling.deviation)
  let to = 0
  for (const index of indices) {
    for (let i = 0; i < size; i++) {
      const value = samples.inputs[index * size + i] ?? Number.NaN
      const c = channels === 1 ? 0 : i % channels
      const scaled = Math.fround((value - (mean[c] ?? 0)) / (deviation[c] ?? 1))
      if (!Number.isFinite(scaled)) return badValue(raw, part, index, i, value)
      out[to++] = scaled
    }
  }
  return ok(out)
}
