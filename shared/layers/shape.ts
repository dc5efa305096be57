/** A tensor's shape without the batch dimension, e.g. `[height, width, channels]` or `[units]`. */
export type Shape = readonly number[]

/** `24×24×20`; a scalar is `1`. */
export const dims = (shape: Shape): string => (shape.length ? shape.join('×') : '1')

/** Number of values in a tensor of this shape; exact up to 2^53. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, d) => product * d, 1)

/** Same rank and same dimensions. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i])
