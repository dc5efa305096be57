/** Size of a picture, `[height, width, channels]` row-major. */
export interface Frame {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** How a picture is moved about its middle: pixels to the right and down, radians clockwise, and a factor of size. */
export interface Warp {
  readonly across: number
  readonly down: number
  readonly turn: number
  readonly zoom: number
}

const inside = (value: number, last: number): number => (value < 0 ? 0 : value > last ? last : value)

/** Moves, turns and scales a picture: `to[x, y]` is read from `from` by bilinear interpolation; beyond the edge its last pixel goes on. */
export const warp = (
  from: Float32Array,
  to: Float32Array,
  { height, width, channels }: Frame,
  { across, down, turn, zoom }: Warp,
): void => {
  const [cos, sin] = [Math.cos(turn) / zoom, Math.sin(turn) / zoom]
  const [midX, midY] = [(width - 1) / 2, (height - 1) / 2]
  const row = width * channels
  for (let y = 0, at = 0; y < height; y++) {
    const dy = y - midY - down
    const [fromX, fromY] = [sin * dy, cos * dy]
    for (let x = 0; x < width; x++) {
      const dx = x - midX - across
      const sx = inside(midX + cos * dx + fromX, width - 1)
      const sy = inside(midY - sin * dx + fromY, height - 1)
      // Whole part of what is not negative.
      const left = sx | 0
      const top = sy | 0
      const fx = sx - left
      const fy = sy - top
      const right = left + 1 < width ? channels : 0
      const below = top + 1 < height ? row : 0
      for (let c = 0, i = top * row + left * channels; c < channels; c++, i++, at++) {
        const upper = (from[i] ?? 0) * (1 - fx) + (from[i + right] ?? 0) * fx
        const lower = (from[i + below] ?? 0) * (1 - fx) + (from[i + below + right] ?? 0) * fx
        to[at] = upper * (1 - fy) + lower * fy
      }
    }
  }
}

/** Swaps left and right in place. */
export const mirror = (values: Float32Array, { height, width, channels }: Frame): void => {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width >> 1; x++)
      for (let c = 0; c < channels; c++) {
        const a = (y * width + x) * channels + c
        const b = (y * width + width - 1 - x) * channels + c
        const held = values[a] ?? 0
        values[a] = values[b] ?? 0
        values[b] = held
      }
}

/** One pass of a blur along rows (`step` channels) or columns; edges go on. */
const blurAxis = (
  from: Float32Array,
  to: Float32Array,
  lines: readonly number[],
  length: number,
  step: number,
  kernel: readonly number[],
) => {
  const reach = kernel.length - 1
  for (const start of lines)
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (let k = -reach; k <= reach; k++) {
        const j = Math.min(length - 1, Math.max(0, i + k))
        sum += (from[start + j * step] ?? 0) * (kernel[Math.abs(k)] ?? 0)
      }
      to[start + i * step] = sum
    }
}

/** Softens a picture in place by a Gaussian of deviation `sigma` pixels, cut off at three of them; `room` is as large as the picture. */
export const blur = (values: Float32Array, room: Float32Array, { height, width, channels }: Frame, sigma: number): void => {
  const raw = Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, k) => Math.exp((-k * k) / (2 * sigma * sigma)))
  const total = raw.reduce((sum, v, k) => sum + (k ? 2 * v : v), 0)
  const kernel = raw.map(v => v / total)
  const row = width * channels
  const rows = Array.from({ length: height * channels }, (_, i) => Math.floor(i / channels) * row + (i % channels))
  blurAxis(values, room, rows, width, channels, kernel)
  blurAxis(
    room,
    values,
    Array.from({ length: row }, (_, i) => i),
    height,
    row,
    kernel,
  )
}

/** Scales a picture to another size: each new pixel is the mean of the area it covers when shrinking, bilinear between pixel middles when growing. */
export const resized = (from: ArrayLike<number>, start: number, frame: Frame, height: number, width: number): Float32Array => {
  const { channels } = frame
  const columns = weightsOf(frame.width, width)
  const rows = weightsOf(frame.height, height)
  const narrow = new Float32Array(frame.height * width * channels)
  for (let y = 0, at = 0; y < frame.height; y++)
    for (const taps of columns)
      for (let c = 0; c < channels; c++)
        narrow[at++] = taps.reduce((sum, [x, share]) => sum + share * (from[start + (y * frame.width + x) * channels + c] ?? 0), 0)
  const out = new Float32Array(height * width * channels)
  rows.forEach((taps, y) => {
    for (let i = 0, n = width * channels; i < n; i++)
      out[y * n + i] = taps.reduce((sum, [row, share]) => sum + share * (narrow[row * n + i] ?? 0), 0)
  })
  return out
}

/** For each of `to` new places, which of `from` old ones it is made of and by what shares, which sum to 1. */
const weightsOf = (from: number, to: number): (readonly [number, number])[][] => {
  const step = from / to
  return Array.from({ length: to }, (_, i) => {
    if (step <= 1) {
      const at = Math.min(from - 1, Math.max(0, (i + 0.5) * step - 0.5))
      const low = Math.floor(at)
      return at === low ? [[low, 1] as const] : [[low, 1 - (at - low)] as const, [low + 1, at - low] as const]
    }
    const [begin, end] = [i * step, (i + 1) * step]
    const taps: (readonly [number, number])[] = []
    for (let j = Math.floor(begin); j < Math.min(from, Math.ceil(end)); j++) {
      const share = (Math.min(j + 1, end) - Math.max(j, begin)) / step
      if (share > 1e-9) taps.push([j, share])
    }
    return taps
  })
}
