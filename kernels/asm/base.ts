// Helpers of all kernels. There is no heap and no stack of values: kernels work on addresses that the plan hands out.
// Arrays are row-major float32 with channels last; a Ptr is a byte address; counts and steps are in floats unless said otherwise.

export type Ptr = usize

/** `p + n` floats. */
@inline export function at(p: Ptr, n: i32): Ptr { return p + (<usize>n << 2) }

/** `c + a * b`, in one rounding where relaxed SIMD is enabled. */
@inline export function fma(c: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(c, f32x4.mul(a, b))
}

/** The first `n` floats at `p` (n up to 4), zeros after. */
@inline export function loadSome(p: Ptr, n: i32): v128 {
  if (n >= 4) return v128.load(p)
  let v = f32x4.splat(0)
  if (n > 0) v = v128.load_lane<f32>(p, v, 0)
  if (n > 1) v = v128.load_lane<f32>(p, v, 1, 4)
  if (n > 2) v = v128.load_lane<f32>(p, v, 2, 8)
  return v
}

/** Stores the first `n` floats of `v` (n up to 4). */
@inline export function storeSome(p: Ptr, v: v128, n: i32): void {
  if (n >= 4) { v128.store(p, v); return }
  if (n > 0) v128.store_lane<f32>(p, v, 0)
  if (n > 1) v128.store_lane<f32>(p, v, 1, 4)
  if (n > 2) v128.store_lane<f32>(p, v, 2, 8)
}

/** Lanes below `n` set, the others clear. */
@inline export function laneMask(n: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n))
}

/** Greater of x and 0; NaN stays NaN, so that broken numbers show in the loss. */
@inline export function relu4(x: v128): v128 { return f32x4.pmax(x, f32x4.splat(0)) }

/** `v` where `y` is above 0, else 0. */
@inline export function gate4(v: v128, y: v128): v128 { return v128.and(v, f32x4.gt(y, f32x4.splat(0))) }

/** Sum of the four lanes. */
@inline export function sum4(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** Panels of 8 columns that hold `n` columns. */
@inline export function panels(n: i32): i32 { return (n + 7) >> 3 }

/** Sets `n` floats to 0. */
@inline export function clear(p: Ptr, n: i32): void { memory.fill(p, 0, <usize>n << 2) }

/** d += s over `n` floats. */
export function addInto(d: Ptr, s: Ptr, n: i32): void {
  for (; n >= 4; n -= 4, d += 16, s += 16) v128.store(d, f32x4.add(v128.load(d), v128.load(s)))
  for (; n > 0; n--, d += 4, s += 4) store<f32>(d, load<f32>(d) + load<f32>(s))
}

/** d = y > 0 ? d : 0 over `n` floats. */
export function gateInPlace(d: Ptr, y: Ptr, n: i32): void {
  for (; n >= 4; n -= 4, d += 16, y += 16) v128.store(d, gate4(v128.load(d), v128.load(y)))
  if (n > 0) storeSome(d, gate4(loadSome(d, n), loadSome(y, n)), n)
}
