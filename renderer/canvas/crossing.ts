import type { Position, Wire } from '../../shared/graph/document.ts'
import type { Direction } from './canvasStore.ts'
import { portOf, samples } from './geometry.ts'

/** Twice the area of a triangle; its sign says on which side of a–b the point c lies. */
const side = (a: Position, b: Position, c: Position): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)

/** Whether two straight lines cross between their ends. */
const crosses = (a: Position, b: Position, c: Position, d: Position): boolean =>
  side(a, b, c) > 0 !== side(a, b, d) > 0 && side(c, d, a) > 0 !== side(c, d, b) > 0

/** Wires whose curves a straight line crosses, in canvas coordinates. */
export const wiresAcross = (
  from: Position,
  to: Position,
  places: ReadonlyMap<string, Position>,
  wires: readonly Wire[],
  direction: Direction,
): readonly string[] =>
  wires.flatMap(wire => {
    const [source, target] = [places.get(wire.from), places.get(wire.to)]
    if (!source || !target) return []
    const points = samples(portOf(source, 'out', direction), portOf(target, 'in', direction), direction)
    return points.some((point, i) => i > 0 && crosses(from, to, points[i - 1] ?? point, point)) ? [wire.id] : []
  })
