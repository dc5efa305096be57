import { type Fix, fail, ok, type Result } from '../../result.ts'
import type { Formula } from '../define.ts'
import { dims, type Shape } from '../shape.ts'
import { grouped } from './format.ts'

export type Padding = 'valid' | 'same'
type Pair = readonly [number, number]

/** A window that slides over a sequence. */
export interface Window1d {
  readonly param: Window['param']
  readonly size: number
  readonly strides: number
  readonly padding: Padding
  readonly dilation: number
}

/** A window that slides over an image: convolution kernels and pools. */
export interface Window {
  /** Name of the parameter that holds the size, for issues. */
  readonly param: 'kernelSize' | 'poolSize'
  readonly size: Pair
  readonly strides: Pair
  readonly padding: Padding
  readonly dilation: Pair
}

/** Pixels that a kernel of this size spans when its taps lie `dilation` apart. */
const span = (size: number, dilation: number): number => (size - 1) * dilation + 1

/** Output length along one axis: `⌈input / stride⌉` for "same", `⌊(input − span) / stride⌋ + 1` for "valid" (Dumoulin & Visin 2016). */
export const slideLength = (input: number, size: number, stride: number, padding: Padding, dilation = 1): number =>
  padding === 'same' ? Math.ceil(input / stride) : Math.floor((input - span(size, dilation)) / stride) + 1

const samePaddingFix: Fix = { kind: 'setParams', label: 'Use padding "same"', node: '', params: { padding: 'same' } }

/** Output steps of a window on a sequence, or why it does not fit. */
export const slideSteps = (steps: number, win: Window1d): Result<number> => {
  const out = slideLength(steps, win.size, win.strides, win.padding, win.dilation)
  if (out >= 1) return ok(out)
  const wide = span(win.size, win.dilation)
  const what = win.param === 'poolSize' ? 'pool' : 'kernel'
  return fail(
    'layer/kernel-too-large',
    `A ${what} of ${wide} steps does not fit the sequence of ${steps} that arrives: use a smaller ${what} or padding "same".`,
    { param: win.param, expected: `at least ${wide} steps`, received: `${steps} steps`, fixes: [samePaddingFix] },
  )
}

/** The output steps spelled out. */
export const stepsFormula = (steps: number, output: number, win: Window1d): Formula =>
  axisFormula('steps', steps, output, { ...win, size: [win.size, 1], strides: [win.strides, 1], dilation: [win.dilation, 1] }, 0)

/** Output height and width of a window on `[height, width, …]`, or why it does not fit. */
export const slide = ([h, w]: readonly [number, number, ...number[]], win: Window): Result<Pair> => {
  const out: Pair = [
    slideLength(h, win.size[0], win.strides[0], win.padding, win.dilation[0]),
    slideLength(w, win.size[1], win.strides[1], win.padding, win.dilation[1]),
  ]
  if (out[0] >= 1 && out[1] >= 1) return ok(out)
  const spans: Pair = [span(win.size[0], win.dilation[0]), span(win.size[1], win.dilation[1])]
  const what = win.param === 'poolSize' ? 'pool' : 'kernel'
  return fail(
    'layer/kernel-too-large',
    `A ${dims(spans)} ${what} does not fit the ${dims([h, w])} image that arrives: use a smaller ${what} or padding "same".`,
    { param: win.param, expected: `at least ${dims(spans)}`, received: dims([h, w]), fixes: [samePaddingFix] },
  )
}

const axisFormula = (axis: string, input: number, output: number, win: Window, i: 0 | 1): Formula => {
  const size = span(win.size[i], win.dilation[i])
  const stride = win.strides[i]
  const pad = win.padding === 'valid' ? 0 : Math.max((output - 1) * stride + size - input, 0)
  const ratio = `(${input} − ${size} + ${pad % 2 ? pad : `2·${pad / 2}`}) / ${stride}`
  const exact = (input - size + pad) % stride === 0
  const window = win.param === 'poolSize' ? 'pool' : win.dilation[i] > 1 ? `kernel of ${win.size[i]} spread over ${size}` : 'kernel'
  return {
    about: 'shape',
    expression: `${exact ? ratio : `⌊${ratio}⌋`} + 1`,
    result: grouped(output),
    legend: `${axis} = (input − ${window} + padding) / stride + 1`,
  }
}

/** The output size spelled out; one line when both axes are alike. */
export const slideFormulas = ([h, w]: Shape, [outH, outW]: Shape, win: Window): readonly Formula[] => {
  const [a, b] = [h ?? 0, w ?? 0]
  const alike = a === b && [win.size, win.strides, win.dilation].every(([y, x]) => y === x)
  if (alike) return [axisFormula('height and width', a, outH ?? 0, win, 0)]
  return [axisFormula('height', a, outH ?? 0, win, 0), axisFormula('width', b, outW ?? 0, win, 1)]
}
