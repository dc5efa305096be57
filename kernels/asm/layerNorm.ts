// Layer normalisation over the last axis, row by row (Ba et al. 2016). `stats` holds mean and 1 / √(variance + ε) of every row.
import { addInto, at, clear, gate4, laneMask, loadSome, panels, Ptr, storeSome, sum4 } from './all'

/** Rows summed before they are added to the total, so that rounding errors stay small. */
const BLOCK: i32 = 64

@inline function inside(v: v128, count: i32): v128 { return v128.and(v, laneMask(count)) }

/** y = (x − mean) / √(variance + ε) · γ + β for rows [lo, hi) of C values; γ and β may be null. */
export function layerNorm(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, gamma: Ptr, beta: Ptr, epsilon: f32, stats: Ptr, y: Ptr): void {
  const share = <f32>1 / <f32>C
  for (let r = lo; r < hi; r++) {
    const from = at(x, r * C), to = at(y, r * C)
    let sum = f32x4.splat(0)
    for (let c = 0; c < C; c += 4) sum = f32x4.add(sum, loadSome(at(from, c), C - c))
    const mean = sum4(sum) * share, center = f32x4.splat(mean)
    let squares = f32x4.splat(0)
    for (let c = 0; c < C; c += 4) {
      const d = inside(f32x4.sub(loadSome(at(from, c), C - c), center), C - c)
      squares = f32x4.add(squares, f32x4.mul(d, d))
    }
    const inverse = <f32>1 / sqrt<f32>(sum4(squares) * share + epsilon), factor = f32x4.splat(inverse)
    for (let c = 0; c < C; c += 4) {
      let v = f32x4.mul(f32x4.sub(loadSome(at(from, c), C - c), center), factor)
      if (gamma) v = f32x4.mul(v, v128.load(at(gamma, c)))
      if (beta) v = f32x4.add(v, v128.load(at(beta, c)))
      storeSome(at(to, c), v, C - c)
    }
    store<f32>(at(stats, 2 * r), mean)
    store<f32>(at(stats, 2 * r + 1), inverse)
  }
}

/** dx of one row (unless null): (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε) with g = dy · γ. */
function inputRow(x: Ptr, dy: Ptr, C: i32, gamma: Ptr, center: v128, inverse: v128, dx: Ptr, gate: Ptr): void {
  const share = <f32>1 / <f32>C
  let sums = f32x4.splat(0), dots = sums
  for (let c = 0; c < C; c += 4) {
    const count = C - c, hat = f32x4.mul(f32x4.sub(loadSome(at(x, c), count), center), inverse)
    let g = loadSome(at(dy, c), count)
    if (gamma) g = f32x4.mul(g, v128.load(at(gamma, c)))
    sums = f32x4.add(sums, g)
    dots = f32x4.add(dots, f32x4.mul(g, hat))
  }
  const mean = f32x4.splat(sum4(sums) * share), slope = f32x4.splat(sum4(dots) * share)
  for (let c = 0; c < C; c += 4) {
    const count = C - c, hat = f32x4.mul(f32x4.sub(loadSome(at(x, c), count), center), inverse)
    let g = loadSome(at(dy, c), count)
    if (gamma) g = f32x4.mul(g, v128.load(at(gamma, c)))
    let v = f32x4.mul(inverse, f32x4.sub(f32x4.sub(g, mean), f32x4.mul(hat, slope)))
    if (gate) v = gate4(v, loadSome(at(gate, c), count))
    storeSome(at(dx, c), v, count)
  }
}

/**
 * Gradients for parts [lo, hi) of the rows: dx (or null), and Σ dy · x̂ and Σ dy of the part at dGamma and dBeta (or null), `partStep` apart.
 * `gate` as in `multiply`.
 */
export function layerNormGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, dy: Ptr, rows: i32, C: i32, parts: i32, gamma: Ptr, stats: Ptr, dx: Ptr, gate: Ptr, dGamma: Ptr, dBeta: Ptr, partStep: i32,
): void {
  const wide = panels(C) * 8
  for (let part = lo; part < hi; part++) {
    const toGamma = dGamma ? at(dGamma, part * partStep) : 0, toBeta = dBeta ? at(dBeta, part * partStep) : 0, end = ((part + 1) * rows) / parts
    if (toGamma) clear(toGamma, wide)
    if (toBeta) clear(toBeta, wide)
    for (let r = (part * rows) / parts; r < end; ) {
      const stop = min(r + BLOCK, end)
      clear(scratch, 2 * wide)
      for (; r < stop; r++) {
        const from = at(x, r * C), g = at(dy, r * C), center = v128.load32_splat(at(stats, 2 * r)), inverse = v128.load32_splat(at(stats, 2 * r + 1))
        if (dx) inputRow(from, g, C, gamma, center, inverse, at(dx, r * C), gate ? at(gate, r * C) : 0)
        if (toGamma || toBeta) for (let c = 0; c < C; c += 4) {
          const d = loadSome(at(g, c), C - c), o = at(scratch, c), q = at(o, wide)
          const hat = f32x4.mul(f32x4.sub(loadSome(at(from, c), C - c), center), inverse)
          v128.store(o, f32x4.add(v128.load(o), f32x4.mul(d, hat)))
          v128.store(q, f32x4.add(v128.load(q), d))
        }
      }
      if (toGamma) addInto(toGamma, scratch, wide)
      if (toBeta) addInto(toBeta, at(scratch, wide), wide)
    }
  }
}
