import { type Shape, sizeOf } from '../layers/shape.ts'
import type { Fix } from '../result.ts'

/** The image that a row of values most likely is: square grey, square RGB, else one column. */
export const likelyImage = (shape: Shape): Shape => {
  if (shape.length === 2) return [...shape, 1]
  const size = sizeOf(shape)
  const grey = Math.sqrt(size)
  if (Number.isInteger(grey)) return [grey, grey, 1]
  const colour = Math.sqrt(size / 3)
  return Number.isInteger(colour) ? [colour, colour, 3] : [size, 1, 1]
}

/** Offers a Reshape before a layer that wants an image and gets something else. */
export const reshapeFix = (arriving: Shape): Fix => {
  const targetShape = likelyImage(arriving)
  return { kind: 'insertBefore', label: `Insert Reshape to ${targetShape.join('×')}`, node: '', type: 'reshape', params: { targetShape } }
}
