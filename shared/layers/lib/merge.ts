import { fail, ok, type Result } from '../../result.ts'
import type { Formula, LayerCase } from '../define.ts'
import { dims, type Shape, sameShape, sizeOf } from '../shape.ts'

/** `24×24×20, 24×24×16` for messages; long lists are cut. */
export const shapeList = (shapes: readonly Shape[]): string => {
  const shown = shapes.slice(0, 5).map(dims).join(', ')
  return shapes.length > 5 ? `${shown} and ${shapes.length - 5} more` : shown
}

/** Output of a layer that merges value by value: the one shape that all inputs have, or why not. */
export const mergeShape =
  (title: string) =>
  (shapes: readonly Shape[]): Result<Shape> => {
    const [first = [], ...rest] = shapes
    if (rest.every(shape => sameShape(shape, first))) return ok(first)
    return fail('layer/shapes-differ', `${title} needs tensors of one shape, but ${shapeList(shapes)} arrive: make them equal before.`, {
      expected: 'equal shapes',
      received: shapeList(shapes),
    })
  }

/** One operation per further input and value. */
export const mergeAdds = (shapes: readonly Shape[], output: Shape): number => (shapes.length - 1) * sizeOf(output)

/** The inputs as `x1, x2, x3` put into a sentence of symbols. */
export const mergeFormula =
  (write: (names: readonly string[]) => string, legend: string) =>
  (shapes: readonly Shape[]): readonly Formula[] => [{ about: 'output', expression: write(shapes.map((_, i) => `x${i + 1}`)), legend }]

/** Cases of the contract test. */
export const mergeCases: readonly LayerCase<Record<never, never>>[] = [
  {
    input: [
      [8, 8, 4],
      [8, 8, 4],
    ],
    params: {},
  },
  { input: [[5], [5], [5]], params: {} },
]
