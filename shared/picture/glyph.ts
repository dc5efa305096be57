import type { Shape } from '../layers/shape.ts'

/** A tensor as a small isometric box, in pixels: front face `width`×`height`, seen from the right and above by `depth`. */
export interface Box {
  readonly height: number
  readonly width: number
  readonly depth: number
}

/** `[height, width, channels]` of a tensor of any rank, for drawing. */
const volume = (shape: Shape): readonly [number, number, number] => {
  const channels = shape.at(-1) ?? 1
  if (shape.length <= 1) return [1, 1, channels]
  const height = shape[0] ?? 1
  const between = shape.slice(1, -1).reduce((product, d) => product * d, 1)
  return [height, between, channels]
}

const MAX_WIDTH = 36
const MAX_HEIGHT = 36

/** The box of a shape: all three sides grow with the logarithm, so that a pyramid shows at a glance. */
export const boxOf = (shape: Shape): Box => {
  const [h, w, c] = volume(shape)
  return {
    height: Math.min(MAX_HEIGHT, 4 + Math.log2(h + 1) * 3.6),
    width: Math.min(MAX_WIDTH, 3 + Math.log2(c + 1) * 2.6),
    depth: Math.min(16, Math.log2(w + 1) * 1.7),
  }
}

/** The three visible faces as SVG paths, front left bottom at (0, height). */
export const faces = ({ width: w, height: h, depth: s }: Box): { readonly front: string; readonly top: string; readonly side: string } => {
  const dx = s * 0.8
  const dy = s * 0.6
  return {
    front: `M0 0h${w}v${h}h${-w}z`,
    top: `M0 0l${dx} ${-dy}h${w}l${-dx} ${dy}z`,
    side: `M${w} 0l${dx} ${-dy}v${h}l${-dx} ${dy}z`,
  }
}

/** Extent of the drawn box with its depth, in pixels. */
export const extentOf = ({ width, height, depth }: Box): { readonly width: number; readonly height: number } => ({
  width: width + depth * 0.8,
  height: height + depth * 0.6,
})

/** Where the front face begins so that the whole box stands in the middle of a field of this height. */
export const rise = (box: Box, height: number): number => (height + box.depth * 0.6 - box.height) / 2
