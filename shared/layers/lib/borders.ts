import type { KerasConfig } from '../define.ts'

/** Keras says borders as one number, `[vertical, horizontal]`, or `[[top, bottom], [left, right]]`; parameters hold `height` and `width`. */
export const bordersFrom =
  (name: 'padding' | 'cropping') =>
  ({ [name]: borders, ...rest }: KerasConfig): KerasConfig => {
    const [height, width]: readonly unknown[] = Array.isArray(borders) ? borders : [borders, borders]
    return { ...rest, height, width }
  }
