import type { FitId } from '../../graph/document.ts'
import { dims, type Shape, sameShape, sizeOf } from '../../layers/shape.ts'
import { fail, ok, type Result } from '../../result.ts'
import type { RawData, Samples } from '../define.ts'
import { type Frame, resized } from './pixels.ts'

/** Weights of red, green and blue in a grey picture (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const

/** Most bytes that all pictures may take as the numbers that a network reads. */
const MOST_BYTES = 2 ** 31

/** Places one picture (`from` at `start`) in the middle of another: what is missing stays 0, what is too much is cut off. */
const place = (from: ArrayLike<number>, start: number, frame: Frame, out: Float32Array, height: number, width: number): void => {
  const top = Math.trunc((height - frame.height) / 2)
  const left = Math.trunc((width - frame.width) / 2)
  const { channels } = frame
  for (let y = Math.max(0, top); y < Math.min(height, top + frame.height); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + frame.width); x++)
      for (let c = 0; c < channels; c++)
        out[(y * width + x) * channels + c] = from[start + ((y - top) * frame.width + x - left) * channels + c] ?? 0
}

/** Writes pixel after pixel with another number of channels: grey is repeated, colours become grey. */
const recolour = (picture: Float32Array, from: number, to: number, out: Float32Array | Uint8Array, at: number): void => {
  const whole = out instanceof Uint8Array
  for (let p = 0, n = picture.length / from; p < n; p++)
    for (let c = 0; c < to; c++) {
      const value =
        from === to
          ? (picture[p * from + c] ?? 0)
          : from === 1
            ? (picture[p] ?? 0)
            : LUMA.reduce((sum, share, k) => sum + share * (picture[p * from + k] ?? 0), 0)
      out[at + p * to + c] = whole ? Math.round(value) : value
    }
}

const fitSamples = (samples: Samples, frame: Frame, fit: FitId, [height = 1, width = 1, channels = 1]: Shape): Samples => {
  const size = frame.height * frame.width * frame.channels
  const each = height * width * channels
  const inputs = samples.inputs instanceof Uint8Array ? new Uint8Array(samples.count * each) : new Float32Array(samples.count * each)
  const room = new Float32Array(height * width * frame.channels)
  for (let i = 0; i < samples.count; i++) {
    if (fit === 'pad') place(samples.inputs, i * size, frame, room, height, width)
    const picture = fit === 'pad' ? room : resized(samples.inputs, i * size, frame, height, width)
    recolour(picture, frame.channels, channels, inputs, i * each)
  }
  return { ...samples, inputs }
}

/** Whether pictures have to be brought to the shape that the network's input wants. */
export const needsFit = (raw: RawData, fit: FitId, wanted: Shape | null): wanted is Shape =>
  fit !== 'exact' && raw.kind === 'image' && wanted?.length === 3 && !sameShape(raw.shape, wanted)

/** Brings pictures to the shape `[height, width, channels]` that the network's input wants; other data, and pictures of that shape, stay as they are. */
export const fitPictures = (raw: RawData, fit: FitId, wanted: Shape | null): Result<RawData> => {
  if (!needsFit(raw, fit, wanted)) return ok(raw)
  const [height = 1, width = 1, channels = 1] = raw.shape
  const [, , colours = 1] = wanted
  if (channels !== colours && channels !== 1 && !(channels === 3 && colours === 1))
    return fail(
      'data/channels',
      `The pictures are ${dims(raw.shape)} and the network's input takes ${dims(wanted)}: ${channels} channels cannot become ${colours}; give the input ${channels}.`,
      { param: 'fit', expected: dims(wanted), received: dims(raw.shape) },
    )
  const count = raw.train.count + (raw.test?.count ?? 0)
  const bytes = 4 * count * sizeOf(wanted)
  if (bytes > MOST_BYTES)
    return fail(
      'data/fit-too-large',
      `${count} pictures of ${dims(wanted)} would take ${(bytes / 1e9).toFixed(1)} GB, and at most ${(MOST_BYTES / 1e9).toFixed(1)} GB can be kept: use fewer samples, or make the network's input smaller.`,
      { param: 'fit' },
    )
  const frame = { height, width, channels }
  const change = (samples: Samples): Samples => fitSamples(samples, frame, fit, wanted)
  return ok({ ...raw, shape: [...wanted], train: change(raw.train), ...(raw.test ? { test: change(raw.test) } : {}) })
}
