// Dot products of a few vectors within each sample. Steps are in floats; `gate` (or 0) is as in `multiply`.
import { at, Ptr } from './all'

/** Least sum of squares that a vector is brought to length 1 by, as in tfjs. */
const LEAST: f32 = 1e-7

/** out[r · outStep + c · outAlong] = Σ a[r · aStep + k · aAlong] · b[c · bStep + k · bAlong] over k, for samples [lo, hi). */
export function dot(
  lo: i32, hi: i32, scratch: Ptr, a: Ptr, aSize: i32, aStep: i32, aAlong: i32, b: Ptr, bSize: i32, bStep: i32, bAlong: i32, length: i32,
  rows: i32, columns: i32, out: Ptr, outStep: i32, outAlong: i32, gate: Ptr,
): void {
  for (let n = lo; n < hi; n++) for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const p = at(a, n * aSize + r * aStep), q = at(b, n * bSize + c * bStep), o = n * rows * columns + r * outStep + c * outAlong
    let sum: f32 = 0
    for (let k = 0; k < length; k++) sum += load<f32>(at(p, k * aAlong)) * load<f32>(at(q, k * bAlong))
    store<f32>(at(out, o), gate && !(load<f32>(at(gate, o)) > 0) ? 0 : sum)
  }
}

/** Sum of x · y over a vector. */
@inline function sumOf(x: Ptr, y: Ptr, along: i32, length: i32): f32 {
  let sum: f32 = 0
  for (let k = 0; k < length; k++) sum += load<f32>(at(x, k * along)) * load<f32>(at(y, k * along))
  return sum
}

/** Brings `count` vectors of each of the samples [lo, hi) to length 1; very short ones are left short. */
export function unit(lo: i32, hi: i32, scratch: Ptr, x: Ptr, size: i32, count: i32, step: i32, along: i32, length: i32, y: Ptr): void {
  for (let n = lo; n < hi; n++) for (let v = 0; v < count; v++) {
    const o = n * size + v * step, p = at(x, o)
    const share: f32 = <f32>1 / sqrt<f32>(max(sumOf(p, p, along, length), LEAST))
    for (let k = 0; k < length; k++) store<f32>(at(y, o + k * along), load<f32>(at(p, k * along)) * share)
  }
}

/** dx of `unit`: (dy − y · Σ dy · y) / length of x. */
export function unitGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, y: Ptr, dy: Ptr, size: i32, count: i32, step: i32, along: i32, length: i32, dx: Ptr, gate: Ptr,
): void {
  for (let n = lo; n < hi; n++) for (let v = 0; v < count; v++) {
    const o = n * size + v * step, squares = sumOf(at(x, o), at(x, o), along, length)
    const share: f32 = <f32>1 / sqrt<f32>(max(squares, LEAST))
    const turned: f32 = squares < LEAST ? 0 : sumOf(at(dy, o), at(y, o), along, length)
    for (let k = 0; k < length; k++) {
      const i = o + k * along, d: f32 = (load<f32>(at(dy, i)) - load<f32>(at(y, i)) * turned) * share
      store<f32>(at(dx, i), gate && !(load<f32>(at(gate, i)) > 0) ? 0 : d)
    }
  }
}
