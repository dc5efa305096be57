// Batch normalisation over the last axis (Ioffe & Szegedy 2015). Vectors of C values lie in rows of `wide` = C rounded up to 4.
import { addInto, at, clear, gate4, loadSome, Ptr, relu4, storeSome } from './all'

/** Rows summed before they are added to the total, so that rounding errors stay small. */
const BLOCK: i32 = 64

@inline function wideOf(C: i32): i32 { return (C + 3) & ~3 }

/** Per part [lo, hi) of the rows: Σ(x − x₀) and Σ(x − x₀)², where x₀ is the first row: [part][2][wide]. */
export function normSums(lo: i32, hi: i32, scratch: Ptr, x: Ptr, rows: i32, C: i32, parts: i32, out: Ptr): void {
  const wide = wideOf(C)
  for (let part = lo; part < hi; part++) {
    const total = at(out, part * 2 * wide), end = ((part + 1) * rows) / parts
    clear(total, 2 * wide)
    for (let r = (part * rows) / parts; r < end; ) {
      const stop = min(r + BLOCK, end)
      clear(scratch, 2 * wide)
      for (; r < stop; r++) for (let c = 0; c < C; c += 4) {
        const d = f32x4.sub(loadSome(at(x, r * C + c), C - c), loadSome(at(x, c), C - c)), o = at(scratch, c)
        v128.store(o, f32x4.add(v128.load(o), d))
        const q = at(o, wide)
        v128.store(q, f32x4.add(v128.load(q), f32x4.mul(d, d)))
      }
      addInto(total, scratch, 2 * wide)
    }
  }
}

/** Sum of a vector over parts. */
@inline function total(sums: Ptr, parts: i32, step: i32): v128 {
  let sum = v128.load(sums)
  for (let p = 1; p < parts; p++) sum = f32x4.add(sum, v128.load(at(sums, p * step)))
  return sum
}

/**
 * Mean and 1 / √(variance + ε) into `stats` [2][wide], factor and offset of y = x · factor + offset into `affine` [2][wide], and the moving statistics.
 * One unit of work.
 */
export function normFinish(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, sums: Ptr, parts: i32, rows: i32, C: i32, gamma: Ptr, beta: Ptr, epsilon: f32, momentum: f32, movingMean: Ptr, movingVariance: Ptr, stats: Ptr, affine: Ptr,
): void {
  const wide = wideOf(C), step = 2 * wide, share = f32x4.splat(<f32>1 / <f32>rows), decay = f32x4.splat(1 - momentum), one = f32x4.splat(1)
  for (let c = 0; c < C; c += 4) {
    const shift = f32x4.mul(total(at(sums, c), parts, step), share)
    const variance = f32x4.sub(f32x4.mul(total(at(sums, wide + c), parts, step), share), f32x4.mul(shift, shift))
    const mean = f32x4.add(loadSome(at(x, c), C - c), shift)
    const inverse = f32x4.div(one, f32x4.sqrt(f32x4.add(f32x4.max(variance, f32x4.splat(0)), f32x4.splat(epsilon))))
    const m = at(movingMean, c), v = at(movingVariance, c)
    v128.store(m, f32x4.sub(v128.load(m), f32x4.mul(f32x4.sub(v128.load(m), mean), decay)))
    v128.store(v, f32x4.sub(v128.load(v), f32x4.mul(f32x4.sub(v128.load(v), variance), decay)))
    v128.store(at(stats, c), mean)
    v128.store(at(stats, wide + c), inverse)
    writeAffine(at(affine, c), wide, mean, inverse, gamma ? at(gamma, c) : 0, beta ? at(beta, c) : 0)
  }
}

@inline function writeAffine(o: Ptr, wide: i32, mean: v128, inverse: v128, gamma: Ptr, beta: Ptr): void {
  const factor = gamma ? f32x4.mul(inverse, v128.load(gamma)) : inverse, offset = f32x4.neg(f32x4.mul(mean, factor))
  v128.store(o, factor)
  v128.store(at(o, wide), beta ? f32x4.add(offset, v128.load(beta)) : offset)
}

/** Factor and offset from the moving statistics, for inference. One unit of work. */
export function normMoving(lo: i32, hi: i32, scratch: Ptr, C: i32, gamma: Ptr, beta: Ptr, epsilon: f32, movingMean: Ptr, movingVariance: Ptr, affine: Ptr): void {
  const wide = wideOf(C)
  for (let c = 0; c < C; c += 4) {
    const inverse = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v128.load(at(movingVariance, c)), f32x4.splat(epsilon))))
    writeAffine(at(affine, c), wide, v128.load(at(movingMean, c)), inverse, gamma ? at(gamma, c) : 0, beta ? at(beta, c) : 0)
  }
}

/** y = x · factor + offset for rows [lo, hi), with ReLU if asked. */
export function normApply(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, affine: Ptr, relu: i32, y: Ptr): void {
  const offset = at(affine, wideOf(C))
  for (let r = lo; r < hi; r++) for (let c = 0; c < C; c += 4) {
    const o = r * C + c
    let v = f32x4.add(f32x4.mul(loadSome(at(x, o), C - c), v128.load(at(affine, c))), v128.load(at(offset, c)))
    if (relu) v = relu4(v)
    storeSome(at(y, o), v, C - c)
  }
}

/** Per part [lo, hi) of the rows: Σ dy and Σ dy · (x − mean): [part][2][wide]. */
export function normGradientSums(lo: i32, hi: i32, scratch: Ptr, x: Ptr, dy: Ptr, rows: i32, C: i32, parts: i32, stats: Ptr, out: Ptr): void {
  const wide = wideOf(C)
  for (let part = lo; part < hi; part++) {
    const sums = at(out, part * 2 * wide), end = ((part + 1) * rows) / parts
    clear(sums, 2 * wide)
    for (let r = (part * rows) / parts; r < end; ) {
      const stop = min(r + BLOCK, end)
      clear(scratch, 2 * wide)
      for (; r < stop; r++) for (let c = 0; c < C; c += 4) {
        const g = loadSome(at(dy, r * C + c), C - c), o = at(scratch, c), q = at(o, wide)
        v128.store(o, f32x4.add(v128.load(o), g))
        v128.store(q, f32x4.add(v128.load(q), f32x4.mul(g, f32x4.sub(loadSome(at(x, r * C + c), C - c), v128.load(at(stats, c))))))
      }
      addInto(sums, scratch, 2 * wide)
    }
  }
}

/** dγ and dβ, and the coefficients of dx = a · dy + b · (x − mean) + c into `coefficients` [3][wide]. One unit of work. */
export function normGradientFinish(lo: i32, hi: i32, scratch: Ptr, sums: Ptr, parts: i32, rows: i32, C: i32, gamma: Ptr, stats: Ptr, dGamma: Ptr, dBeta: Ptr, coefficients: Ptr): void {
  const wide = wideOf(C), step = 2 * wide, share = f32x4.splat(<f32>1 / <f32>rows)
  for (let c = 0; c < C; c += 4) {
    const inverse = v128.load(at(stats, wide + c)), sumDy = total(at(sums, c), parts, step)
    const scaled = f32x4.mul(total(at(sums, wide + c), parts, step), inverse)
    if (dGamma) storeSome(at(dGamma, c), scaled, C - c)
    if (dBeta) storeSome(at(dBeta, c), sumDy, C - c)
    const a = gamma ? f32x4.mul(inverse, v128.load(at(gamma, c))) : inverse
    v128.store(at(coefficients, c), a)
    v128.store(at(coefficients, wide + c), f32x4.neg(f32x4.mul(f32x4.mul(a, inverse), f32x4.mul(scaled, share))))
    v128.store(at(coefficients, 2 * wide + c), f32x4.neg(f32x4.mul(a, f32x4.mul(sumDy, share))))
  }
}

/** dx for rows [lo, hi); `gate` (or 0) as in `multiply`. */
export function normGradientApply(lo: i32, hi: i32, scratch: Ptr, x: Ptr, dy: Ptr, C: i32, stats: Ptr, coefficients: Ptr, dx: Ptr, gate: Ptr): void {
  const wide = wideOf(C)
  for (let r = lo; r < hi; r++) for (let c = 0; c < C; c += 4) {
    const o = r * C + c, k = at(coefficients, c), d = f32x4.sub(loadSome(at(x, o), C - c), v128.load(at(stats, c)))
    let v = f32x4.add(f32x4.mul(v128.load(k), loadSome(at(dy, o), C - c)), f32x4.add(f32x4.mul(v128.load(at(k, wide)), d), v128.load(at(k, 2 * wide))))
    if (gate) v = gate4(v, loadSome(at(gate, o), C - c))
    storeSome(at(dx, o), v, C - c)
  }
}

/** out = x · factor (one per column) for rows [lo, hi); `gate` (or 0) as in `multiply`. */
export function scaleColumns(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, factor: Ptr, out: Ptr, gate: Ptr): void {
  for (let r = lo; r < hi; r++) for (let c = 0; c < C; c += 4) {
    const o = r * C + c
    let v = f32x4.mul(loadSome(at(x, o), C - c), v128.load(at(factor, c)))
    if (gate) v = gate4(v, loadSome(at(gate, o), C - c))
    storeSome(at(out, o), v, C - c)
  }
}
