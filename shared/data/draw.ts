import type { Rng } from '../rng.ts'
import { GLYPHS, type Glyph, type Stroke } from './strokes.ts'

const SIDE = 28
/** Longest side of the drawn ink, pixels. */
const BOX = 20
/** Half the width of a stroke's soft edge, pixels. */
const EDGE = 0.7
/** How far a digit may be moved to centre its mass, pixels. */
const MOST_MOVE = 2.8
/** Straight pieces between two points of a stroke. */
const PIECES = 6
/** Points across and down that the hand moves at random. */
const GRID = 3

type Point = [number, number]

const between = (random: Rng, low: number, high: number) => low + (high - low) * random.next()

/** A smooth random displacement of the unit box (bilinear between GRID×GRID random vectors), so that every hand is different. */
const wobble = (random: Rng, strength: number): ((point: readonly [number, number]) => Point) => {
  const moves = Array.from({ length: 2 * GRID * GRID }, () => strength * random.normal())
  const at = (column: number, row: number, axis: number) => moves[(row * GRID + column) * 2 + axis] ?? 0
  return ([x, y]) => {
    const gx = Math.min(Math.max(x, 0), 1) * (GRID - 1)
    const gy = Math.min(Math.max(y, 0), 1) * (GRID - 1)
    const [column, row] = [Math.min(Math.floor(gx), GRID - 2), Math.min(Math.floor(gy), GRID - 2)]
    const [u, v] = [gx - column, gy - row]
    const move = (axis: number) =>
      (1 - v) * ((1 - u) * at(column, row, axis) + u * at(column + 1, row, axis)) +
      v * ((1 - u) * at(column, row + 1, axis) + u * at(column + 1, row + 1, axis))
    return [x + move(0), y + move(1)]
  }
}

/** A random turn, slant and stretch about the middle. The turn uses the half-angle tangent, so no sine of the machine decides a bit. */
const slant = (random: Rng): ((point: Point) => Point) => {
  const t = Math.min(Math.max(0.045 * random.normal(), -0.12), 0.12)
  const [cos, sin] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)]
  const shear = Math.min(Math.max(0.14 + 0.14 * random.normal(), -0.25), 0.5)
  const wide = between(random, 0.55, 1.15)
  return ([px, py]) => {
    const [x, y] = [(px - 0.5) * wide - shear * (py - 0.5), py - 0.5]
    return [x * cos - y * sin, x * sin + y * cos]
  }
}

/** Points along the Catmull–Rom curve through a stroke, PIECES per span. */
const smooth = (points: readonly Point[]): Point[] => {
  const out: Point[] = []
  const closed = points.length > 3 && points[0]?.[0] === points.at(-1)?.[0] && points[0]?.[1] === points.at(-1)?.[1]
  const point = (i: number): Point => {
    const last = points.length - 1
    const k = closed ? (i + last) % last : Math.min(Math.max(i, 0), last)
    return points[k] ?? [0, 0]
  }
  for (let i = 0; i < points.length - 1; i++) {
    const [a, b, c, d] = [point(i - 1), point(i), point(i + 1), point(i + 2)]
    for (let k = i === 0 ? 0 : 1; k <= PIECES; k++) {
      const t = k / PIECES
      const mix = (p: number, q: number, r: number, s: number) =>
        0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t * t * t)
      out.push([mix(a[0], b[0], c[0], d[0]), mix(a[1], b[1], c[1], d[1])])
    }
  }
  return out
}

/** Scales and moves curves so that the ink's longest side is BOX pixels and its box lies in the middle. */
const frameCurves = (curves: readonly Point[][], radius: number): Point[][] => {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const curve of curves) {
    for (const [x, y] of curve) {
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  }
  const scale = (BOX - 2 * radius) / Math.max(right - left, bottom - top, 1e-6)
  const place = ([x, y]: Point): Point => [SIDE / 2 + (x - (left + right) / 2) * scale, SIDE / 2 + (y - (top + bottom) / 2) * scale]
  return curves.map(curve => curve.map(place))
}

/** Draws one round-capped segment with soft edges; ink is the most any segment leaves, so that crossings do not add up. */
const drawSegment = (ink: Float32Array, ax: number, ay: number, bx: number, by: number, radius: number): void => {
  const reach = radius + EDGE
  const [dx, dy] = [bx - ax, by - ay]
  const perLength2 = 1 / Math.max(dx * dx + dy * dy, 1e-12)
  const [left, right] = [Math.max(0, Math.floor(Math.min(ax, bx) - reach)), Math.min(SIDE - 1, Math.max(ax, bx) + reach)]
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(ay, by) - reach)), Math.min(SIDE - 1, Math.max(ay, by) + reach)]
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay]
      const along = Math.min(Math.max((px * dx + py * dy) * perLength2, 0), 1)
      const distance2 = (px - along * dx) ** 2 + (py - along * dy) ** 2
      if (distance2 >= reach * reach) continue
      const cover = Math.min((reach - Math.sqrt(distance2)) / (2 * EDGE), 1)
      const i = y * SIDE + x
      if (cover > (ink[i] ?? 0)) ink[i] = cover
    }
  }
}

const drawCurves = (curves: readonly Point[][], radius: number, [dx, dy]: Point): Float32Array => {
  const ink = new Float32Array(SIDE * SIDE)
  for (const curve of curves) {
    curve.slice(1).forEach((to, i) => {
      const from = curve[i] ?? to
      drawSegment(ink, from[0] + dx, from[1] + dy, to[0] + dx, to[1] + dy, radius)
    })
  }
  return ink
}

/** The way to move the mass to the middle, in pixels, as far as the ink stays off the border. */
const offCentre = (ink: Float32Array): Point => {
  let [mass, across, down] = [0, 0, 0]
  ink.forEach((value, i) => {
    mass += value
    across += value * ((i % SIDE) + 0.5)
    down += value * (Math.floor(i / SIDE) + 0.5)
  })
  const move = (sum: number) => Math.min(Math.max(SIDE / 2 - sum / mass, -MOST_MOVE), MOST_MOVE)
  return mass > 0 ? [move(across), move(down)] : [0, 0]
}

/** Draws one digit by a random hand: 28×28 values 0–255, ink within 20×20, centred by mass. */
export const drawDigit = (digit: number, random: Rng): Uint8Array => {
  const hands = GLYPHS[digit] ?? []
  const glyph: Glyph = hands[random.int(hands.length)] ?? []
  const move = wobble(random, 0.06)
  const turn = slant(random)
  const radius = between(random, 0.75, 1.75)
  const curves = frameCurves(
    glyph.map((stroke: Stroke) => smooth(stroke.map(point => turn(move(point))))),
    radius,
  )
  const ink = drawCurves(curves, radius, offCentre(drawCurves(curves, radius, [0, 0])))
  const out = new Uint8Array(SIDE * SIDE)
  for (let i = 0; i < out.length; i++) out[i] = Math.round(255 * (ink[i] ?? 0))
  return out
}
