// Random numbers of training: what is drawn follows from step, layer and place alone, so that gradients draw it again.
import { at, gate4, loadSome, Ptr, storeSome } from './all'
import { log4 } from './math'

@inline function s(x: f32): v128 { return f32x4.splat(x) }

/** What a layer draws by in this step. */
@inline function keyOf(clock: Ptr, salt: i32): i32 { return (load<i32>(clock) ^ salt) * 0x2c1b3c6d + 0x297a2d39 }

/** 32 random bits for each of the places i to i + 3 (two rounds of multiply and xor-shift; Wang & Mueller style finaliser). */
@inline function randomBits(i: i32, key: i32): v128 {
  let h = i32x4.add(i32x4.mul(i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), i32x4.splat(0x9e3779b1)), i32x4.splat(key))
  h = v128.xor(h, i32x4.shr_u(h, 16))
  h = i32x4.mul(h, i32x4.splat(0x21f0aaad))
  h = v128.xor(h, i32x4.shr_u(h, 15))
  h = i32x4.mul(h, i32x4.splat(0x735a2d97))
  return v128.xor(h, i32x4.shr_u(h, 15))
}

/** Lanes set with probability `keep`. */
@inline function kept(i: i32, key: i32, keep: f32): v128 {
  return i32x4.lt_u(randomBits(i, key), i32x4.splat(<i32>(<u32>(keep * 4294967040.0))))
}

@inline function poly(w: v128, p: v128, c: f32): v128 { return f32x4.add(f32x4.mul(p, w), s(c)) }

/** Standard normal numbers from random bits: √2 times the inverse error function (Giles 2010, single precision) of a number between −1 and 1. */
function normal4(bits: v128): v128 {
  const u = f32x4.sub(f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_u(bits, 9)), s(0.5)), s(2.384185791015625e-7)), s(1))
  const w = f32x4.neg(log4(f32x4.mul(f32x4.sub(s(1), u), f32x4.add(s(1), u))))
  const a = f32x4.sub(w, s(2.5))
  let p = poly(a, s(2.81022636e-8), 3.43273939e-7)
  p = poly(a, p, -3.5233877e-6)
  p = poly(a, p, -4.39150654e-6)
  p = poly(a, p, 2.1858087e-4)
  p = poly(a, p, -1.25372503e-3)
  p = poly(a, p, -4.17768164e-3)
  p = poly(a, p, 2.46640727e-1)
  p = poly(a, p, 1.50140941)
  const b = f32x4.sub(f32x4.sqrt(f32x4.max(w, s(0))), s(3))
  let q = poly(b, s(-2.00214257e-4), 1.00950558e-4)
  q = poly(b, q, 1.34934322e-3)
  q = poly(b, q, -3.67342844e-3)
  q = poly(b, q, 5.73950773e-3)
  q = poly(b, q, -7.6224613e-3)
  q = poly(b, q, 9.43887047e-3)
  q = poly(b, q, 1.00167406)
  q = poly(b, q, 2.83297682)
  return f32x4.mul(f32x4.mul(v128.bitselect(p, q, f32x4.lt(w, s(5))), u), s(1.4142135623730951))
}

/** Blocks [lo, hi) of 1024 floats: x · scale + offset with probability `keep`, else `dropped`; with `gate` as in `multiply`. */
export function dropout(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, n: i32, out: Ptr, clock: Ptr, salt: i32, keep: f32, scale: f32, offset: f32, dropped: f32, gate: Ptr,
): void {
  const key = keyOf(clock, salt)
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i
    let v = f32x4.add(f32x4.mul(loadSome(at(x, i), count), s(scale)), s(offset))
    v = v128.bitselect(v, s(dropped), kept(i, key, keep))
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    storeSome(at(out, i), v, count)
  }
}

/** Samples [lo, hi) of `steps` rows of C floats: x · scale with probability `keep`, else 0, drawn once for all steps; with `gate` as in `multiply`. */
export function dropoutSteps(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, steps: i32, C: i32, out: Ptr, clock: Ptr, salt: i32, keep: f32, scale: f32, gate: Ptr,
): void {
  const key = keyOf(clock, salt)
  for (let n = lo; n < hi; n++) for (let c = 0; c < C; c += 4) {
    const mask = v128.and(s(scale), kept(n * C + c, key, keep)), count = C - c
    for (let t = 0, o = n * steps * C + c; t < steps; t++, o += C) {
      let v = f32x4.mul(loadSome(at(x, o), count), mask)
      if (gate) v = gate4(v, loadSome(at(gate, o), count))
      storeSome(at(out, o), v, count)
    }
  }
}

/** Blocks [lo, hi) of 1024 floats: x plus normal numbers of this deviation, or (`times`) times 1 plus them; with `gate` as in `multiply`. */
export function noise(lo: i32, hi: i32, scratch: Ptr, x: Ptr, n: i32, out: Ptr, clock: Ptr, salt: i32, deviation: f32, times: i32, gate: Ptr): void {
  const key = keyOf(clock, salt)
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i, drawn = f32x4.mul(normal4(randomBits(i, key)), s(deviation))
    let v = loadSome(at(x, i), count)
    v = times ? f32x4.mul(v, f32x4.add(drawn, s(1))) : f32x4.add(v, drawn)
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    storeSome(at(out, i), v, count)
  }
}
