/** A point of a stroke, 0–1 across and down the pad. */
export type InkPoint = readonly [number, number]

/** One pull of the pen. */
export type InkStroke = readonly InkPoint[]

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
export const drawInk = (context: CanvasRenderingContext2D, strokes: readonly InkStroke[], size: number): void => {
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

let reader: HTMLCanvasElement | null = null

/** The drawing as ink 0–1 on a square of `INK_SIZE` pixels, white on black. */
export const readInk = (strokes: readonly InkStroke[]): Float32Array => {
  reader ??= document.createElement('canvas')
  reader.width = INK_SIZE
  reader.height = INK_SIZE
  const context = reader.getContext('2d', { willReadFrequently: true })
  const ink = new Float32Array(INK_SIZE * INK_SIZE)
  if (!context) return ink
  context.fillStyle = '#000'
  context.fillRect(0, 0, INK_SIZE, INK_SIZE)
  drawInk(context, strokes, INK_SIZE)
  const { data } = context.getImageData(0, 0, INK_SIZE, INK_SIZE)
  for (let i = 0; i < ink.length; i++) ink[i] = (data[i * 4] ?? 0) / 255
  return ink
}
