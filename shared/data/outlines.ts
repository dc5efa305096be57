type Point = readonly [number, number]
/** Distance of a point to an outline within about −1…1, negative inside. */
export type Outline = (x: number, y: number) => number

const circle =
  (cx: number, cy: number, r: number): Outline =>
  (x, y) =>
    Math.sqrt((x - cx) ** 2 + (y - cy) ** 2) - r

/** Distance to a polygon: nearest edge, negative where a ray to the right crosses an odd number of edges. */
const polygon = (points: readonly Point[]): Outline => {
  const edges = points.map(([ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length] ?? [ax, ay]
    return { ax, ay, by, dx: bx - ax, dy: by - ay, perLength2: 1 / ((bx - ax) ** 2 + (by - ay) ** 2) }
  })
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY
    let inside = false
    for (const { ax, ay, by, dx, dy, perLength2 } of edges) {
      const [px, py] = [x - ax, y - ay]
      const along = Math.min(Math.max((px * dx + py * dy) * perLength2, 0), 1)
      nearest = Math.min(nearest, (px - along * dx) ** 2 + (py - along * dy) ** 2)
      if (ay > y !== by > y && px < (py / dy) * dx) inside = !inside
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest)
  }
}

const disc = circle(0, 0, 0.9)
const bite = circle(0.5, 0, 0.72)
const lobes: readonly Outline[] = [circle(-0.42, -0.28, 0.45), circle(0.42, -0.28, 0.45)]
const tip = polygon([
  [-0.8, -0.04],
  [0, 0.95],
  [0.8, -0.04],
  [0, -0.4],
])

/** Our own drawings of ten shapes that stay apart however they are turned. */
export const OUTLINES: Readonly<Record<string, Outline>> = {
  circle: disc,
  ring: (x, y) => Math.abs(Math.sqrt(x * x + y * y) - 0.7) - 0.2,
  'half disc': (x, y) => Math.max(disc(x, y + 0.4), -0.4 - y),
  crescent: (x, y) => Math.max(disc(x, y), -bite(x, y)),
  square: polygon([
    [-0.75, -0.75],
    [0.75, -0.75],
    [0.75, 0.75],
    [-0.75, 0.75],
  ]),
  triangle: polygon([
    [0, -0.95],
    [0.85, 0.65],
    [-0.85, 0.65],
  ]),
  star: polygon([
    [0, -1],
    [0.247, -0.34],
    [0.951, -0.309],
    [0.399, 0.13],
    [0.588, 0.809],
    [0, 0.42],
    [-0.588, 0.809],
    [-0.399, 0.13],
    [-0.951, -0.309],
    [-0.247, -0.34],
  ]),
  cross: polygon([
    [-0.28, -0.9],
    [0.28, -0.9],
    [0.28, -0.28],
    [0.9, -0.28],
    [0.9, 0.28],
    [0.28, 0.28],
    [0.28, 0.9],
    [-0.28, 0.9],
    [-0.28, 0.28],
    [-0.9, 0.28],
    [-0.9, -0.28],
    [-0.28, -0.28],
  ]),
  arrow: polygon([
    [0, -0.95],
    [0.75, -0.1],
    [0.25, -0.1],
    [0.25, 0.9],
    [-0.25, 0.9],
    [-0.25, -0.1],
    [-0.75, -0.1],
  ]),
  heart: (x, y) => Math.min(...lobes.map(lobe => lobe(x, y)), tip(x, y)),
}
