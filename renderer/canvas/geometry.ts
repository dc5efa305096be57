import type { GraphNode, Position, Wire } from '../../shared/graph/document.ts'
import { CARD } from '../../shared/graph/layout.ts'
import type { Direction } from './canvasStore.ts'

/** Room between two cards in line: down, or to the right. */
export const GAP = { down: 21, right: 58 } as const
/** Where a film strip begins right of its card, and how far it reaches. */
export const STRIP = { gap: 22, width: 490 } as const

/** Middle of the card's output or input edge. */
export const portOf = (at: Position, side: 'out' | 'in', direction: Direction): Position =>
  direction === 'down'
    ? { x: at.x + CARD.width / 2, y: at.y + (side === 'out' ? CARD.height : 0) }
    : { x: at.x + (side === 'out' ? CARD.width : 0), y: at.y + CARD.height / 2 }

/** Place of the next card in line after one, or before it. */
export const neighbour = (at: Position, side: 'after' | 'before', direction: Direction): Position => {
  const sign = side === 'after' ? 1 : -1
  return direction === 'down'
    ? { x: at.x, y: at.y + sign * (CARD.height + GAP.down) }
    : { x: at.x + sign * (CARD.width + GAP.right), y: at.y }
}

/** Whether two cards at these places touch. */
export const overlaps = (a: Position, b: Position): boolean => Math.abs(a.x - b.x) < CARD.width && Math.abs(a.y - b.y) < CARD.height

/** Control points of a wire from one port to another, the same curve that is drawn. */
const curve = (from: Position, to: Position, direction: Direction): readonly [Position, Position, Position, Position] => {
  const along = direction === 'down' ? to.y - from.y : to.x - from.x
  const reach = along >= 0 ? along / 2 : 0.25 * 25 * Math.sqrt(-along)
  return direction === 'down'
    ? [from, { x: from.x, y: from.y + reach }, { x: to.x, y: to.y - reach }, to]
    : [from, { x: from.x + reach, y: from.y }, { x: to.x - reach, y: to.y }, to]
}

const SAMPLES = 24

/** Points along a wire, ends included. */
export const samples = (from: Position, to: Position, direction: Direction): readonly Position[] => {
  const [a, b, c, d] = curve(from, to, direction)
  return Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const t = i / SAMPLES
    const u = 1 - t
    const weigh = (p: number, q: number, r: number, s: number): number => u ** 3 * p + 3 * u * u * t * q + 3 * u * t * t * r + t ** 3 * s
    return { x: weigh(a.x, b.x, c.x, d.x), y: weigh(a.y, b.y, c.y, d.y) }
  })
}

/** The wire that runs under a card at this place, nearest to the card's middle; wires of the card itself do not count. */
export const wireUnder = (
  at: Position,
  places: ReadonlyMap<string, Position>,
  wires: readonly Wire[],
  direction: Direction,
  except: string | null = null,
): string | null => {
  const middle = { x: at.x + CARD.width / 2, y: at.y + CARD.height / 2 }
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const wire of wires) {
    const from = places.get(wire.from)
    const to = places.get(wire.to)
    if (!from || !to || wire.from === except || wire.to === except) continue
    for (const point of samples(portOf(from, 'out', direction), portOf(to, 'in', direction), direction)) {
      const dx = Math.abs(point.x - middle.x)
      const dy = Math.abs(point.y - middle.y)
      if (dx > CARD.width / 2 || dy > CARD.height / 2) continue
      const distance = dx + dy
      if (distance < least) [best, least] = [wire.id, distance]
    }
  }
  return best
}

/** Pixels within which a dragged card lines up with the cards it is wired to. */
const SNAP = 7

/** A place for a dragged card, in line with one of the cards it is wired to when it is nearly so. */
export const lineUp = (
  id: string,
  place: Position,
  places: ReadonlyMap<string, Position>,
  wires: readonly Wire[],
  direction: Direction,
): Position => {
  const axis = direction === 'down' ? 'x' : 'y'
  const near = wires
    .flatMap(w => (w.from === id ? [w.to] : w.to === id ? [w.from] : []))
    .flatMap(other => places.get(other)?.[axis] ?? [])
    .find(value => Math.abs(value - place[axis]) <= SNAP)
  return near === undefined ? place : { ...place, [axis]: near }
}

/** Where each card stands. */
export const placesOf = (nodes: readonly GraphNode[]): ReadonlyMap<string, Position> => new Map(nodes.map(n => [n.id, n.position]))

/** Cards that have another card where their film strip would run, so that the strip folds under them. */
export const foldedCards = (places: ReadonlyMap<string, Position>): ReadonlySet<string> => {
  const rows = [...places].sort(([, a], [, b]) => a.y - b.y)
  const folded = new Set<string>()
  rows.forEach(([id, place], i) => {
    for (let j = i + 1; j < rows.length; j++) {
      const [other, there] = rows[j] ?? [id, place]
      if (there.y - place.y >= CARD.height) break
      const [left, right, leftId] = place.x <= there.x ? [place, there, id] : [there, place, other]
      const apart = right.x - left.x
      if (apart >= CARD.width / 2 && apart < CARD.width + STRIP.gap + STRIP.width) folded.add(leftId)
    }
  })
  return folded
}
