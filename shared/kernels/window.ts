/** A window over an image: all numbers of a convolution or a pool. */
export interface Window {
  readonly h: number
  readonly w: number
  readonly c: number
  readonly oh: number
  readonly ow: number
  /** Output channels. */
  readonly n: number
  readonly size: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly top: number
  readonly left: number
}

/** Pixels that a window with gaps covers along one axis. */
export const spanOf = (size: number, dilation: number): number => (size - 1) * dilation + 1
