import { fail, ok, type Result } from '../result.ts'
import { dims, type Shape } from './shape.ts'

/** What a layer takes: how many wires, of which shapes, and the type that its shape rule then sees. */
export interface InputSpec<I> {
  readonly arity: 'none' | 'one' | 'many'
  /** The wanted input in words, e.g. "an image [height, width, channels]". */
  readonly expects: string
  accept(shapes: readonly Shape[]): Result<I>
}

/** `[height, width, channels]`. */
export type Image = readonly [number, number, number]
/** `[steps, features]`: a time series or a text as vectors. */
export type Sequence = readonly [number, number]

const one = <I extends Shape>(expects: string, test: (s: Shape) => boolean): InputSpec<I> => ({
  arity: 'one',
  expects,
  accept: ([shape]) =>
    shape && test(shape)
      ? ok(shape as I)
      : fail('layer/wrong-rank', `This layer takes ${expects}, but ${shape ? `${dims(shape)} arrives` : 'nothing arrives'}.`, {
          expected: expects,
          received: shape ? dims(shape) : 'nothing',
        }),
})

/** The kinds of input. */
export const inputs = {
  none: { arity: 'none', expects: 'no input', accept: () => ok(undefined) } satisfies InputSpec<undefined> as InputSpec<undefined>,
  any: one<Shape>('any tensor', s => s.length >= 1),
  image: one<Image>('an image [height, width, channels]', s => s.length === 3),
  sequence: one<Sequence>('a sequence [steps, features]', s => s.length === 2),
  vector: one<readonly [number]>('one row of values', s => s.length === 1),
  /** Exactly two tensors of one or two dimensions, e.g. for Dot. */
  two: {
    arity: 'many',
    expects: 'two tensors of one or two dimensions',
    accept([a, b, ...more]) {
      if (a && b && more.length === 0 && a.length <= 2 && b.length <= 2) return ok([a, b])
      const arrives = a ? [a, ...(b ? [b] : []), ...more].map(dims).join(', ') : 'nothing'
      return fail('layer/not-two-inputs', `This layer takes two tensors of one or two dimensions, but ${arrives} arrives.`, {
        expected: 'two tensors of one or two dimensions',
        received: arrives,
      })
    },
  } satisfies InputSpec<readonly [Shape, Shape]> as InputSpec<readonly [Shape, Shape]>,
  /** Two or more tensors, e.g. for Add. */
  many: {
    arity: 'many',
    expects: 'two or more tensors',
    accept: shapes =>
      shapes.length >= 2
        ? ok(shapes)
        : fail(
            'layer/too-few-inputs',
            `This layer merges two or more tensors, but ${shapes.length === 1 ? 'only one arrives' : 'none arrives'}.`,
            { expected: 'two or more inputs', received: String(shapes.length) },
          ),
  } satisfies InputSpec<readonly Shape[]> as InputSpec<readonly Shape[]>,
}
