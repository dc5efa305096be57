// Optimizers in one pass over all weights, blocks [lo, hi) of 1024 floats (every buffer is padded to fours); formulas of Keras 3.
// `hyper` holds the numbers that change from step to step: rate, three constants and corrections worked out by the plan.
import { at, Ptr, sum4 } from './base'

const SGD: i32 = 0
const MOMENTUM: i32 = 1
const NESTEROV: i32 = 2
const RMSPROP: i32 = 3
const ADAGRAD: i32 = 4
const ADADELTA: i32 = 5
const ADAM: i32 = 6
const ADAMAX: i32 = 7
const NADAM: i32 = 8

@inline function mul(a: v128, b: v128): v128 { return f32x4.mul(a, b) }
@inline function plus(a: v128, b: v128): v128 { return f32x4.add(a, b) }
/**
 * a · x + b, with what has faded below some 10⁻³⁷ taken for 0. The memory of a weight without gradients would otherwise shrink to the smallest numbers
 * that there are and stay there, and processors take many times longer for those.
 */
@inline function faded(a: v128, x: v128, b: v128): v128 {
  const tiny = f32x4.splat(1e-30)
  return f32x4.sub(plus(plus(mul(a, x), b), tiny), tiny)
}
/** a · x + (1 − a) · y: a moving mean. */
@inline function blend(a: v128, x: v128, rest: v128, y: v128): v128 { return faded(a, x, mul(rest, y)) }
@inline function less(w: Ptr, step: v128): void { v128.store(w, f32x4.sub(v128.load(w), step)) }

/** hyper: 0 rate · 1 a (β1, momentum, ρ) · 2 b (β2) · 3 ε · 4, 5, 6 corrections · 7 1 − a · 8 1 − b · 9 share that weights lose; all as vectors of one value. */
@inline function constant(hyper: Ptr, i: i32): v128 { return v128.load32_splat(at(hyper, i)) }

/** One block; `kind` is a literal, so that each optimizer becomes a loop of its own. */
@inline function updateBlock(kind: i32, from: i32, to: i32, w0: Ptr, g0: Ptr, s0: Ptr, t0: Ptr, hyper: Ptr): void {
  const rate = constant(hyper, 0), a = constant(hyper, 1), b = constant(hyper, 2), eps = constant(hyper, 3), restA = constant(hyper, 7), restB = constant(hyper, 8)
  const c4 = constant(hyper, 4), c5 = constant(hyper, 5), c6 = constant(hyper, 6)
  const decay = constant(hyper, 9), decays = load<f32>(hyper, 36) != 0
  for (let i = from; i < to; i += 4) {
    const w = at(w0, i), g = v128.load(at(g0, i)), s = at(s0, i), t = at(t0, i)
    if (decays) less(w, mul(decay, v128.load(w)))
    if (kind == SGD) less(w, mul(rate, g))
    else if (kind == MOMENTUM || kind == NESTEROV) {
      const m = faded(a, v128.load(s), g)
      v128.store(s, m)
      less(w, mul(rate, kind == NESTEROV ? plus(g, mul(m, a)) : m))
    } else if (kind == RMSPROP) {
      const v = blend(a, v128.load(s), restA, mul(g, g))
      v128.store(s, v)
      less(w, f32x4.div(mul(g, rate), f32x4.sqrt(plus(v, eps))))
    } else if (kind == ADAGRAD) {
      const v = plus(v128.load(s), mul(g, g))
      v128.store(s, v)
      less(w, mul(f32x4.div(g, f32x4.sqrt(plus(v, eps))), rate))
    } else if (kind == ADADELTA) {
      const v = blend(a, v128.load(s), restA, mul(g, g)), u = v128.load(t)
      const step = mul(f32x4.div(f32x4.sqrt(plus(u, eps)), f32x4.sqrt(plus(v, eps))), g)
      v128.store(s, v)
      v128.store(t, blend(a, u, restA, mul(step, step)))
      less(w, mul(step, rate))
    } else if (kind == ADAM) {
      const m = blend(a, v128.load(s), restA, g), v = blend(b, v128.load(t), restB, mul(g, g))
      v128.store(s, m)
      v128.store(t, v)
      less(w, f32x4.div(mul(c4, m), plus(f32x4.sqrt(mul(v, c5)), eps)))
    } else if (kind == ADAMAX) {
      const m = blend(a, v128.load(s), restA, g), u = f32x4.max(mul(b, v128.load(t)), f32x4.abs(g))
      v128.store(s, m)
      v128.store(t, u)
      less(w, mul(c4, f32x4.div(m, plus(u, eps))))
    } else {
      const m = blend(a, v128.load(s), restA, g), v = blend(b, v128.load(t), restB, mul(g, g))
      v128.store(s, m)
      v128.store(t, v)
      less(w, f32x4.div(mul(rate, plus(mul(c4, m), mul(c6, g))), plus(f32x4.sqrt(mul(v, c5)), eps)))
    }
  }
}

/** New weights w from gradients g and the memory s and t of the optimizer. */
export function update(lo: i32, hi: i32, scratch: Ptr, kind: i32, w: Ptr, g: Ptr, s: Ptr, t: Ptr, n: i32, hyper: Ptr): void {
  const from = lo * 1024, to = min(hi * 1024, n)
  switch (kind) {
    case SGD: { updateBlock(SGD, from, to, w, g, s, t, hyper); break }
    case MOMENTUM: { updateBlock(MOMENTUM, from, to, w, g, s, t, hyper); break }
    case NESTEROV: { updateBlock(NESTEROV, from, to, w, g, s, t, hyper); break }
    case RMSPROP: { updateBlock(RMSPROP, from, to, w, g, s, t, hyper); break }
    case ADAGRAD: { updateBlock(ADAGRAD, from, to, w, g, s, t, hyper); break }
    case ADADELTA: { updateBlock(ADADELTA, from, to, w, g, s, t, hyper); break }
    case ADAM: { updateBlock(ADAM, from, to, w, g, s, t, hyper); break }
    case ADAMAX: { updateBlock(ADAMAX, from, to, w, g, s, t, hyper); break }
    default: { updateBlock(NADAM, from, to, w, g, s, t, hyper); break }
  }
}

/** L1 and L2 penalties: g += l1 · sign(w) + 2 · l2 · w, blocks [lo, hi) of 1024 floats. */
export function penalise(lo: i32, hi: i32, scratch: Ptr, w: Ptr, g: Ptr, n: i32, l1: f32, l2: f32): void {
  const one = f32x4.splat(1), a = f32x4.splat(l1), b = f32x4.splat(2 * l2), sign = i32x4.splat(0x80000000)
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const v = v128.load(at(w, i)), unit = v128.and(v128.or(v128.and(v, sign), one), f32x4.ne(v, f32x4.splat(0)))
    v128.store(at(g, i), plus(v128.load(at(g, i)), plus(mul(a, unit), mul(b, v))))
  }
}

/** Penalty l1 · Σ|w| + l2 · Σw² of each block [lo, hi) of 1024 floats. */
export function penaltySums(lo: i32, hi: i32, scratch: Ptr, w: Ptr, n: i32, out: Ptr, l1: f32, l2: f32): void {
  for (let block = lo; block < hi; block++) {
    let sum = f32x4.splat(0), squared = f32x4.splat(0)
    for (let i = block * 1024, end = min(i + 1024, n); i < end; i += 4) {
      const v = v128.load(at(w, i))
      sum = plus(sum, f32x4.abs(v))
      squared = plus(squared, mul(v, v))
    }
    store<f32>(at(out, block), l1 * sum4(sum) + l2 * sum4(squared))
  }
}

/** Adds the penalties (from `penaltySums`) to the total of the loss, once per row, as that total is a sum over rows. */
export function addPenalties(lo: i32, hi: i32, scratch: Ptr, sums: Ptr, blocks: i32, rows: i32, totals: Ptr): void {
  let sum: f64 = 0
  for (let b = 0; b < blocks; b++) sum += <f64>load<f32>(at(sums, b))
  store<f64>(totals, load<f64>(totals) + <f64>rows * sum)
}

/** Sum of squares of each block [lo, hi) of 1024 floats. */
export function squares(lo: i32, hi: i32, scratch: Ptr, g: Ptr, n: i32, out: Ptr): void {
  for (let block = lo; block < hi; block++) {
    let sum = f32x4.splat(0)
    for (let i = block * 1024, end = min(i + 1024, n); i < end; i += 4) sum = plus(sum, mul(v128.load(at(g, i)), v128.load(at(g, i))))
    store<f32>(at(out, block), sum4(sum))
  }
}

/** Scales blocks [lo, hi) of a gradient so that its whole norm (from `squares`, unless 0) is at most `norm`, then limits each value to ± `limit`. */
export function clipGradient(lo: i32, hi: i32, scratch: Ptr, g: Ptr, n: i32, sums: Ptr, norm: f32, limit: f32): void {
  let factor: f32 = 1
  if (sums) {
    let sum: f64 = 0
    for (let b = 0, blocks = (n + 1023) >> 10; b < blocks; b++) sum += <f64>load<f32>(at(sums, b))
    const length = <f32>sqrt<f64>(sum)
    if (length > norm) factor = norm / length
  }
  const f = f32x4.splat(factor), top = f32x4.splat(limit), bottom = f32x4.splat(-limit)
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) v128.store(at(g, i), f32x4.max(f32x4.min(mul(v128.load(at(g, i)), f), top), bottom))
}
