// Tensors merged value by value, and simple functions of values. `gate` (or 0) is as in `multiply`.
import { at, gate4, loadSome, Ptr, relu4, storeSome } from './all'

@inline function s(x: f32): v128 { return f32x4.splat(x) }

/** Merges by number: sum 0, product 1, largest 2, least 3; NaN stays NaN. */
@inline function merged(kind: i32, a: v128, b: v128): v128 {
  if (kind === 0) return f32x4.add(a, b)
  if (kind === 1) return f32x4.mul(a, b)
  return kind === 2 ? f32x4.max(a, b) : f32x4.min(a, b)
}

/** out = a merged with b (b may be null), blocks [lo, hi) of 1024 floats, with gate and ReLU if asked. */
export function merge(lo: i32, hi: i32, scratch: Ptr, kind: i32, a: Ptr, b: Ptr, n: i32, out: Ptr, gate: Ptr, relu: i32): void {
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i
    let v = loadSome(at(a, i), count)
    if (b) v = merged(kind, v, loadSome(at(b, i), count))
    if (relu) v = relu4(v)
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    storeSome(at(out, i), v, count)
  }
}

/** Hands the gradient of a largest or least value y on: where x is y, dx (or 0) takes what is `left` of it; `rest` keeps the others'. Blocks as above. */
export function handOn(lo: i32, hi: i32, scratch: Ptr, x: Ptr, y: Ptr, left: Ptr, n: i32, dx: Ptr, gate: Ptr, rest: Ptr): void {
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i, d = loadSome(at(left, i), count)
    const hit = f32x4.eq(loadSome(at(x, i), count), loadSome(at(y, i), count))
    let v = v128.and(d, hit)
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    if (dx) storeSome(at(dx, i), v, count)
    storeSome(at(rest, i), v128.andnot(d, hit), count)
  }
}

/** out = x · scale + offset, blocks as above. */
export function rescale(lo: i32, hi: i32, scratch: Ptr, x: Ptr, n: i32, scale: f32, offset: f32, out: Ptr, gate: Ptr): void {
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i
    let v = f32x4.add(f32x4.mul(loadSome(at(x, i), count), s(scale)), s(offset))
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    storeSome(at(out, i), v, count)
  }
}

/** Slopes below 0 of the values at `i`: those of their places, or (slopes null) one for all. */
@inline function slopes4(slopes: Ptr, slope: f32, i: i32, count: i32): v128 { return slopes ? loadSome(at(slopes, i), count) : s(slope) }

/** y = x where it is above 0, else x times its slope; samples [lo, hi) of `size` floats. */
export function leaky(lo: i32, hi: i32, scratch: Ptr, x: Ptr, size: i32, slopes: Ptr, slope: f32, y: Ptr): void {
  for (let n = lo; n < hi; n++) for (let i = 0, o = n * size; i < size; i += 4) {
    const v = loadSome(at(x, o + i), size - i)
    storeSome(at(y, o + i), v128.bitselect(v, f32x4.mul(v, slopes4(slopes, slope, i, size - i)), f32x4.gt(v, s(0))), size - i)
  }
}

/** dx of `leaky`. */
export function leakyGradient(lo: i32, hi: i32, scratch: Ptr, x: Ptr, dy: Ptr, size: i32, slopes: Ptr, slope: f32, dx: Ptr, gate: Ptr): void {
  for (let n = lo; n < hi; n++) for (let i = 0, o = n * size; i < size; i += 4) {
    const count = size - i, d = loadSome(at(dy, o + i), count), above = f32x4.gt(loadSome(at(x, o + i), count), s(0))
    let v = v128.bitselect(d, f32x4.mul(d, slopes4(slopes, slope, i, count)), above)
    if (gate) v = gate4(v, loadSome(at(gate, o + i), count))
    storeSome(at(dx, o + i), v, count)
  }
}

/** Gradients of the slopes of places, in blocks [lo, hi) of 256 of them: sums over `batch` samples. */
export function leakySlopes(lo: i32, hi: i32, scratch: Ptr, x: Ptr, dy: Ptr, size: i32, batch: i32, out: Ptr): void {
  for (let i = lo * 256, end = min(hi * 256, size); i < end; i += 4) {
    let sum = s(0)
    for (let n = 0, o = i; n < batch; n++, o += size) {
      const v = loadSome(at(x, o), end - i)
      sum = f32x4.add(sum, v128.andnot(f32x4.mul(v, loadSome(at(dy, o), end - i)), f32x4.gt(v, s(0))))
    }
    storeSome(at(out, i), sum, end - i)
  }
}
