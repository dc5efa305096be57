import { slideLength } from '../layers/lib/window.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'

/** One tensor of a sample: row-major, channels last. */
export interface Values {
  readonly shape: Shape
  readonly values: Float32Array
}

/** What one layer did to one sample. */
export interface Pass {
  readonly inputs: readonly Values[]
  readonly output: Values
  readonly params: Readonly<Record<string, unknown>>
  /** The columns of its weights that belong to the followed channels, `[…, columns]`. */
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly columns: number
}

/** One output channel on its way back: how much the target changes per unit of it at each place; `column` finds its weights. */
export interface Followed {
  readonly channel: number
  readonly column: number
  readonly gain: Float32Array
}

/** How a kind of layer is followed back: the weights it needs, and what each input value gets of one output channel, added to `into`. */
export interface Backward {
  readonly reads: readonly string[]
  back(pass: Pass, followed: Followed, into: readonly Float32Array[]): void
}

type Pair = readonly [number, number]
const pairOf = (value: unknown): Pair => (Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [1, 1])
const NONE: Values = { shape: [], values: new Float32Array() }
const depthOf = (shape: Shape): number => shape.at(-1) ?? 1

/** The window of a convolution or pool over an image `[height, width, channels]`. */
const windowOf = ({ inputs: [input = NONE], output, params }: Pass, param: 'kernelSize' | 'poolSize') => {
  const [size, strides, dilation] = [pairOf(params[param]), pairOf(params.strides), pairOf(params.dilationRate)]
  const [h = 1, w = 1, depth = 1] = input.shape
  const before = (axis: 0 | 1, length: number): number => {
    const steps = slideLength(length, size[axis], strides[axis], 'same')
    const pad = (steps - 1) * strides[axis] + (size[axis] - 1) * dilation[axis] + 1 - length
    return params.padding === 'same' ? Math.floor(Math.max(0, pad) / 2) : 0
  }
  return { size, strides, dilation, h, w, depth, outW: output.shape[1] ?? 1, top: before(0, h), left: before(1, w) }
}

/** Calls back with each tap of the window at an output place that lies inside the image: the tap's number and the pixel's. */
const eachTap = (win: ReturnType<typeof windowOf>, place: number, visit: (tap: number, pixel: number) => void): void => {
  const y0 = Math.floor(place / win.outW) * win.strides[0] - win.top
  const x0 = (place % win.outW) * win.strides[1] - win.left
  for (let i = 0; i < win.size[0]; i++) {
    const y = y0 + i * win.dilation[0]
    if (y < 0 || y >= win.h) continue
    for (let j = 0; j < win.size[1]; j++) {
      const x = x0 + j * win.dilation[1]
      if (x >= 0 && x < win.w) visit(i * win.size[1] + j, y * win.w + x)
    }
  }
}

const eachGain = (gain: Float32Array, visit: (place: number, gain: number) => void): void => {
  for (let place = 0; place < gain.length; place++) {
    const g = gain[place] as number
    if (g !== 0) visit(place, g)
  }
}

const add = (into: Float32Array | undefined, at: number, value: number): void => {
  if (into) into[at] = (into[at] as number) + value
}

/** Adds gain × weight for a run of neighbouring values: the innermost loop of dense layers and convolutions. */
const addRow = (into: Float32Array, at: number, gain: number, weights: Float32Array, from: number, count: number): void => {
  for (let d = 0; d < count; d++) into[at + d] = (into[at + d] as number) + gain * (weights[from + d] as number)
}

/** Every `step`-th value from `start` on: one channel of `[…, step]`. */
export const every = (values: Float32Array, step: number, start: number): Float32Array => {
  const out = new Float32Array(values.length / step)
  for (let i = 0, at = start; i < out.length; i++, at += step) out[i] = values[at] as number
  return out
}

/** The part of the kernel `[…, columns]` that belongs to one output channel. */
const columnOf = ({ weights, columns }: Pass, column: number): Float32Array => every(weights.get('kernel') ?? NONE.values, columns, column)

const dense: Backward = {
  reads: ['kernel'],
  back: (pass, { column, gain }, [into = NONE.values]) => {
    const kernel = columnOf(pass, column)
    eachGain(gain, (place, g) => addRow(into, place * kernel.length, g, kernel, 0, kernel.length))
  },
}

const conv: Backward = {
  reads: ['kernel'],
  back: (pass, { column, gain }, [into = NONE.values]) => {
    const kernel = columnOf(pass, column)
    const win = windowOf(pass, 'kernelSize')
    const { depth } = win
    eachGain(gain, (place, g) => eachTap(win, place, (tap, pixel) => addRow(into, pixel * depth, g, kernel, tap * depth, depth)))
  },
}

const maxPool: Backward = {
  reads: [],
  back: (pass, { channel, gain }, [into]) => {
    const win = windowOf(pass, 'poolSize')
    const values = pass.inputs[0]?.values ?? NONE.values
    eachGain(gain, (place, g) => {
      let best = -1
      eachTap(win, place, (_, pixel) => {
        const at = pixel * win.depth + channel
        if (best < 0 || (values[at] as number) > (values[best] as number)) best = at
      })
      if (best >= 0) add(into, best, g)
    })
  },
}

const averagePool: Backward = {
  reads: [],
  back: (pass, { channel, gain }, [into]) => {
    const win = windowOf(pass, 'poolSize')
    eachGain(gain, (place, g) => {
      const pixels: number[] = []
      eachTap(win, place, (_, pixel) => pixels.push(pixel))
      for (const pixel of pixels) add(into, pixel * win.depth + channel, g / pixels.length)
    })
  },
}

const globalAverage: Backward = {
  reads: [],
  back: ({ inputs: [input = NONE] }, { channel, gain: [g = 0] }, [into]) => {
    const depth = depthOf(input.shape)
    const places = input.values.length / depth
    for (let place = 0; place < places; place++) add(into, place * depth + channel, g / places)
  },
}

const batchNorm: Backward = {
  reads: ['gamma', 'moving_variance'],
  back: ({ weights, output, params }, { channel, column, gain }, [into]) => {
    const variance = weights.get('moving_variance')?.[column] ?? 1
    const slope = (weights.get('gamma')?.[column] ?? 1) / Math.sqrt(variance + Number(params.epsilon))
    eachGain(gain, (place, g) => add(into, place * depthOf(output.shape) + channel, g * slope))
  },
}

/** Layers that hand values on in the same order, each to every input: what happens at flat index i of the output came from index i. */
const same: Backward = {
  reads: [],
  back: ({ output }, { channel, gain }, into) =>
    eachGain(gain, (place, g) => {
      for (const one of into) add(one, place * depthOf(output.shape) + channel, g)
    }),
}

/** Layers whose pixels are each a copy of one pixel of the input, or of nothing. */
const pixelsFrom = (pixel: (params: Pass['params'], y: number, x: number) => Pair): Backward => ({
  reads: [],
  back: ({ inputs: [input = NONE], output, params }, { channel, gain }, [into]) => {
    const [h = 1, w = 1, depth = 1] = input.shape
    const outW = output.shape[1] ?? 1
    eachGain(gain, (place, g) => {
      const [y, x] = pixel(params, Math.floor(place / outW), place % outW)
      if (y >= 0 && y < h && x >= 0 && x < w) add(into, (y * w + x) * depth + channel, g)
    })
  },
})

const joined: Backward = {
  reads: [],
  back: ({ inputs, output, params }, { channel, gain }, into) => {
    const axis = Number(params.axis)
    const at = axis < 0 ? output.shape.length + axis : axis - 1
    const block = sizeOf(output.shape.slice(at + 1))
    const whole = output.shape[at] ?? 1
    // Which input each step along the joined axis came from, and where in it.
    const origin = inputs.flatMap(({ shape }, source) =>
      Array.from({ length: shape[at] ?? 0 }, (_, along) => ({ source, along, length: shape[at] ?? 0 })),
    )
    eachGain(gain, (place, g) => {
      const flat = place * depthOf(output.shape) + channel
      const rest = Math.floor(flat / block)
      const from = origin[rest % whole]
      if (from) add(into[from.source], (Math.floor(rest / whole) * from.length + from.along) * block + (flat % block), g)
    })
  },
}

/** How each type of layer is followed back; a type that is not here ends the walk. */
export const BACKWARD: Readonly<Record<string, Backward>> = {
  dense,
  conv2d: conv,
  maxPooling2d: maxPool,
  averagePooling2d: averagePool,
  globalAveragePooling2d: globalAverage,
  batchNormalization: batchNorm,
  activation: same,
  dropout: same,
  flatten: same,
  reshape: same,
  add: same,
  concatenate: joined,
  upSampling2d: pixelsFrom((params, y, x) => {
    const [down, across] = pairOf(params.size)
    return [Math.floor(y / down), Math.floor(x / across)]
  }),
  zeroPadding2d: pixelsFrom((params, y, x) => [y - pairOf(params.height)[0], x - pairOf(params.width)[0]]),
}

/** Slope of an activation where its output is y; those that cannot be read back from y count as open above zero and shut below. */
export const slopeAt = (activation: unknown, y: number): number => {
  switch (activation) {
    case 'relu':
    case 'gelu':
    case 'swish':
    case 'mish':
      return y > 0 ? 1 : 0
    case 'relu6':
      return y > 0 && y < 6 ? 1 : 0
    case 'elu':
      return y > 0 ? 1 : y + 1
    case 'selu':
      return y > 0 ? 1.0507 : y + 1.7581
    case 'sigmoid':
      return y * (1 - y)
    case 'hardSigmoid':
      return y > 0 && y < 1 ? 0.2 : 0
    case 'tanh':
      return 1 - y * y
    case 'softplus':
      return 1 - Math.exp(-y)
    case 'softsign':
      return (1 - Math.abs(y)) ** 2
    default:
      return 1
  }
}
