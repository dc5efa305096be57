import { type Backward, every, type Pass, type Values } from '../backward.ts'
import type { Shape } from '../shape.ts'
import { slideLength } from './window.ts'

type Pair = readonly [number, number]
/** A parameter of two numbers; one each where there is none. */
export const pairOf = (value: unknown): Pair => (Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [1, 1])
const NONE: Values = { shape: [], values: new Float32Array() }
/** Channels of a shape. */
export const depthOf = (shape: Shape): number => shape.at(-1) ?? 1

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

/** Calls back with each place of a channel that matters. */
export const eachGain = (gain: Float32Array, visit: (place: number, gain: number) => void): void => {
  for (let place = 0; place < gain.length; place++) {
    const g = gain[place] as number
    if (g !== 0) visit(place, g)
  }
}

/** Adds to one value of what an input gets. */
export const add = (into: Float32Array | undefined, at: number, value: number): void => {
  if (into) into[at] = (into[at] as number) + value
}

/** Adds gain × weight for a run of neighbouring values: the innermost loop of dense layers and convolutions. */
const addRow = (into: Float32Array, at: number, gain: number, weights: Float32Array, from: number, count: number): void => {
  for (let d = 0; d < count; d++) into[at + d] = (into[at + d] as number) + gain * (weights[from + d] as number)
}

/** The part of the kernel `[…, columns]` that belongs to one output channel. */
const columnOf = ({ weights, columns }: Pass, column: number): Float32Array => every(weights.get('kernel') ?? NONE.values, columns, column)

/** Every unit looks at one row of values: dense layers. */
export const denseBackward: Backward = {
  reads: ['kernel'],
  back: (pass, { column, gain }, [into = NONE.values]) => {
    const kernel = columnOf(pass, column)
    eachGain(gain, (place, g) => addRow(into, place * kernel.length, g, kernel, 0, kernel.length))
  },
}

/** A kernel slides over an image. */
export const convBackward: Backward = {
  reads: ['kernel'],
  back: (pass, { column, gain }, [into = NONE.values]) => {
    const kernel = columnOf(pass, column)
    const win = windowOf(pass, 'kernelSize')
    const { depth } = win
    eachGain(gain, (place, g) => eachTap(win, place, (tap, pixel) => addRow(into, pixel * depth, g, kernel, tap * depth, depth)))
  },
}

/** The largest value under a window comes from one pixel. */
export const maxPoolBackward: Backward = {
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

/** The mean under a window comes from all its pixels that lie inside the image. */
export const averagePoolBackward: Backward = {
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

/** The mean of a channel comes from all its places. */
export const globalAverageBackward: Backward = {
  reads: [],
  back: ({ inputs: [input = NONE] }, { channel, gain: [g = 0] }, [into]) => {
    const depth = depthOf(input.shape)
    const places = input.values.length / depth
    for (let place = 0; place < places; place++) add(into, place * depth + channel, g / places)
  },
}

/** Layers that hand values on in the same order, each to every input; `slope` tells how much an output moves with its input x, 1 unless told. */
export const eachValue = (slope: (x: number, params: Pass['params']) => number = () => 1): Backward => ({
  reads: [],
  back: ({ inputs, output, params }, { channel, gain }, into) =>
    eachGain(gain, (place, g) => {
      const at = place * depthOf(output.shape) + channel
      for (const [i, one] of into.entries()) add(one, at, g * slope(inputs[i]?.values[at] ?? 0, params))
    }),
})

/** Layers whose pixels are each a copy of one pixel of the input, or of nothing. */
export const pixelsFrom = (pixel: (params: Pass['params'], y: number, x: number) => Pair): Backward => ({
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
