const FROM = 8
const BOX = 20
const SIDE = 28
const GROWTH = BOX / FROM
/** Ink below the first value becomes paper, above the second full ink: enlarging alone would leave strokes wide and grey. */
const [PAPER, INK] = [0.27, 0.87]

/** Weights of four neighbours at distance `t` past the second (Catmull–Rom cubic, Keys 1981 with a = −1/2). */
const cubic = (t: number): [number, number, number, number] => [
  ((2 - t) * t - 1) * t * 0.5,
  ((3 * t - 5) * t * t + 2) * 0.5,
  ((4 - 3 * t) * t + 1) * t * 0.5,
  (t - 1) * t * t * 0.5,
]

/** Centre of mass in pixels, 0 at the outer edge; the middle for an empty picture. */
const massCentre = (pixels: Float32Array): [number, number] => {
  let [mass, across, down] = [0, 0, 0]
  pixels.forEach((ink, i) => {
    mass += ink
    across += ink * ((i % FROM) + 0.5)
    down += ink * (Math.floor(i / FROM) + 0.5)
  })
  return mass > 0 ? [across / mass, down / mass] : [FROM / 2, FROM / 2]
}

/** Enlarges one axis of `lines` lines to SIDE values; reads value `i` of line `l` at `i·step + l·lineStep`, gives `[line, SIDE]`. */
const enlargeAxis = (from: Float32Array, lines: number, step: number, lineStep: number, start: number): Float32Array => {
  const out = new Float32Array(lines * SIDE)
  for (let x = 0; x < SIDE; x++) {
    const at = (x + 0.5 - start) / GROWTH - 0.5
    const base = Math.floor(at)
    const weights = cubic(at - base)
    for (let line = 0; line < lines; line++) {
      let sum = 0
      for (let k = 0; k < 4; k++) {
        const i = base - 1 + k
        if (i >= 0 && i < FROM) sum += (weights[k] ?? 0) * (from[i * step + line * lineStep] ?? 0)
      }
      out[line * SIDE + x] = sum
    }
  }
  return out
}

/** Keeps the box of the digit inside the picture. */
const startOf = (centre: number) => Math.min(Math.max(SIDE / 2 - centre * GROWTH, 0), SIDE - BOX)

/** Enlarges an 8×8 digit (0–16) to 28×28 (0–255) the way MNIST looks: within 20×20, bicubic, strokes sharpened, centred by mass. */
export const enlargeDigit = (pixels: Float32Array): Uint8Array => {
  const [across, down] = massCentre(pixels)
  const wide = enlargeAxis(pixels, FROM, 1, FROM, startOf(across))
  const turned = enlargeAxis(wide, SIDE, SIDE, 1, startOf(down))
  const out = new Uint8Array(SIDE * SIDE)
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const ink = ((turned[x * SIDE + y] ?? 0) / 16 - PAPER) / (INK - PAPER)
      out[y * SIDE + x] = Math.round(255 * Math.min(Math.max(ink, 0), 1))
    }
  }
  return out
}
