/** A point of a stroke, 0–1 across and down the pad. */
export type InkPoint = readonly [number, number]

/** One pull of the pen. */
export type InkStroke = readonly InkPoint[]

/** The part of a 2-D canvas context that draws ink. */
export interface InkCanvas {
  lineCap: string
  lineJoin: string
  lineWidth: number
  strokeStyle: unknown
  fillStyle: unknown
  fillRect(x: number, y: number, width: number, height: number): void
  beginPath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void
  stroke(): void
  getImageData(x: number, y: number, width: number, height: number): { readonly data: ArrayLike<number> }
}

/** Width of the pen as a share of the pad. */
const PEN = 0.085
/** Side of the square on which a drawing is read, pixels. */
export const INK_SIZE = 140

/** A point far enough from the last one to be worth keeping, as a share of the pad. */
const NEAR = 0.004

/** Adds a point to a stroke unless the pointer hardly moved; points are kept within the pad. */
export const extend = (stroke: InkStroke, [x, y]: InkPoint): InkStroke => {
  const last = stroke.at(-1)
  const point: InkPoint = [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))]
  return last && Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR ? stroke : [...stroke, point]
}

/** Draws strokes with a round pen, smooth through the middles between points. */
export const drawInk = (context: InkCanvas, strokes: readonly InkStroke[], size: number): void => {
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.lineWidth = PEN * size
  context.strokeStyle = '#fff'
  for (const stroke of strokes) {
    const [first] = stroke
    if (!first) continue
    context.beginPath()
    context.moveTo(first[0] * size, first[1] * size)
    stroke.forEach(([x, y], i) => {
      const next = stroke[i + 1]
      if (next) context.quadraticCurveTo(x * size, y * size, ((x + next[0]) / 2) * size, ((y + next[1]) / 2) * size)
      else context.lineTo(x * size + 0.01, y * size)
    })
    context.stroke()
  }
}

/** The drawing as ink 0–1, `[INK_SIZE, INK_SIZE]`, white on black; `context` belongs to a canvas of that size. */
export const readInk = (context: InkCanvas, strokes: readonly InkStroke[]): Float32Array => {
  context.fillStyle = '#000'
  context.fillRect(0, 0, INK_SIZE, INK_SIZE)
  drawInk(context, strokes, INK_SIZE)
  const { data } = context.getImageData(0, 0, INK_SIZE, INK_SIZE)
  return Float32Array.from({ length: INK_SIZE * INK_SIZE }, (_, i) => (data[i * 4] ?? 0) / 255)
}
