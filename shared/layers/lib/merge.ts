import { dims, type Shape } from '../shape.ts'

/** `24×24×20, 24×24×16` for messages; long lists are cut. */
export const shapeList = (shapes: readonly Shape[]): string => {
  const shown = shapes.slice(0, 5).map(dims).join(', ')
  return shapes.length > 5 ? `${shown} and ${shapes.length - 5} more` : shown
}
