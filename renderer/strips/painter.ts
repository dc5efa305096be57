import type { LayerActivation, TensorStats } from '../../shared/engine/protocol.ts'
import { grey, heat, type Range, rangeOf } from './colormaps.ts'
import { barcodeGrid, channelGrid, paintGrid, paintRgb, type Sheet } from './paint.ts'
import type { StripPlan } from './plan.ts'

/** Device pixels per CSS pixel of a strip: at least two, so that strips stay sharp when the canvas is zoomed in. */
const density = (): number => Math.max(2, Math.min(3, window.devicePixelRatio || 1))

/** Sizes a canvas for a picture of so many CSS pixels and hands its pixels to `paint`. */
export const paintCanvas = (
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  paint: (sheet: Sheet, scale: number) => void,
): void => {
  const scale = density()
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
  }
  const context = canvas.getContext('2d')
  if (!context) return
  const image = context.createImageData(w, h)
  paint({ pixels: new Uint32Array(image.data.buffer), width: w, height: h }, scale)
  context.putImageData(image, 0, 0)
}

/** Share of a layer's values that the colours reach; the few above it are as bright, so that one outlier does not darken the rest. */
const COVERED = 0.995

/** Activations start their colours at zero unless they fall below it, and end where nearly all values lie. */
export const heatRange = ({ min, max, histogram }: Pick<TensorStats, 'min' | 'max' | 'histogram'>): Range => {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  let seen = 0
  const bin = histogram.findIndex(count => {
    seen += count
    return seen >= total * COVERED
  })
  const high = bin < 0 ? max : min + ((max - min) * (bin + 1)) / histogram.length
  return { low: Math.min(0, min), high }
}

/** `[height, width]` of a layer's maps; a sequence is one row high. */
export const mapSize = (shape: readonly number[]): readonly [number, number] =>
  shape.length === 3 ? [shape[0] ?? 1, shape[1] ?? 1] : [1, shape[0] ?? 1]

/** Paints the tiles, the image or the barcode of a layer. */
export const paintStrip = (sheet: Sheet, scale: number, plan: StripPlan, layer: LayerActivation): void => {
  const { values, shape, channels, stats } = layer
  const [rows, columns] = mapSize(shape)
  const whole = { x: 0, y: 0, width: sheet.width, height: sheet.height }
  if (plan.kind === 'image') {
    const range = rangeOf(values)
    if (plan.rgb) paintRgb(sheet, whole, values, rows, columns, range)
    else paintGrid(sheet, whole, channelGrid(values, rows, columns, 1, 0), grey, range)
  } else if (plan.kind === 'tiles') {
    const range = heatRange(stats)
    for (let i = 0; i < plan.tiles; i++) {
      const box = { x: Math.round(i * plan.pitch * scale), y: 0, width: Math.round(plan.size * scale), height: sheet.height }
      paintGrid(sheet, box, channelGrid(values, rows, columns, channels, i), heat, range)
    }
  } else if (plan.kind === 'barcode') {
    paintGrid(sheet, whole, barcodeGrid(values, plan.columns, plan.lines), heat, heatRange(stats))
  }
}

/** Index of the largest value; -1 for none. */
export const winnerOf = (values: ArrayLike<number>): number => {
  let best = -1
  for (let i = 0; i < values.length; i++) if (best < 0 || (values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best
}

/** Whether values can be read as probabilities: none below 0 or above 1. */
export const areShares = (values: ArrayLike<number>): boolean => {
  const { low, high } = rangeOf(values)
  return low >= 0 && high <= 1.0001
}

/** How high the bar of each output stands, 0–1: a probability as it is, other values against the largest. */
export const barHeights = (values: Float32Array): readonly number[] => {
  const most = areShares(values) ? 1 : Math.max(1e-9, ...Array.from(values, Math.abs))
  return Array.from(values, v => Math.min(1, Math.abs(v) / most))
}
