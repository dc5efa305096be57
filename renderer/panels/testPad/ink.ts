import { INK_SIZE, type InkStroke, readInk } from '../../../shared/picture/ink.ts'

let reader: HTMLCanvasElement | null = null

/** The pad's drawing as ink 0–1 on a square of `INK_SIZE` pixels, white on black. */
export const inkOf = (strokes: readonly InkStroke[]): Float32Array => {
  reader ??= document.createElement('canvas')
  reader.width = INK_SIZE
  reader.height = INK_SIZE
  const context = reader.getContext('2d', { willReadFrequently: true })
  return context ? readInk(context, strokes) : new Float32Array(INK_SIZE * INK_SIZE)
}
