// Moving values about: padding, cropping, gathering, copying pieces, adding, dropout.
import { addInto, at, clear, gate4, gateInPlace, loadSome, Ptr, storeSome } from './all'

/** Zero-pads images [lo, hi) of H x W x C to PH x PW x C. */
export function pad(lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, top: i32, left: i32, PH: i32, PW: i32, out: Ptr): void {
  const row = W * C, wide = PW * C, before = left * C, after = wide - row - before
  for (let n = lo; n < hi; n++) {
    let s = at(x, n * H * row), d = at(out, n * PH * wide)
    clear(d, top * wide)
    d = at(d, top * wide)
    for (let h = 0; h < H; h++, s += <usize>row << 2, d += <usize>wide << 2) {
      clear(d, before)
      memory.copy(at(d, before), s, <usize>row << 2)
      clear(at(d, before + row), after)
    }
    clear(d, (PH - top - H) * wide)
  }
}

/** Cuts the border off again, images [lo, hi); with `gate` (or 0) as in `multiply`. */
export function crop(lo: i32, hi: i32, scratch: Ptr, x: Ptr, PH: i32, PW: i32, C: i32, top: i32, left: i32, H: i32, W: i32, out: Ptr, gate: Ptr): void {
  const row = W * C
  for (let n = lo; n < hi; n++) {
    let s = at(x, (n * PH + top) * PW * C + left * C), d = at(out, n * H * row)
    for (let h = 0; h < H; h++, s += <usize>(PW * C) << 2, d += <usize>row << 2) memory.copy(d, s, <usize>row << 2)
    if (gate) gateInPlace(at(out, n * H * row), at(gate, n * H * row), H * row)
  }
}

/** Rows [lo, hi): `count` floats from every `xStep` to every `outStep`. */
export function copyRows(lo: i32, hi: i32, scratch: Ptr, x: Ptr, xStep: i32, out: Ptr, outStep: i32, count: i32): void {
  for (let r = lo; r < hi; r++) memory.copy(at(out, r * outStep), at(x, r * xStep), <usize>count << 2)
}

/** Rows [lo, hi) of the batch from the data, by index. */
export function gather(lo: i32, hi: i32, scratch: Ptr, data: Ptr, indices: Ptr, count: i32, out: Ptr): void {
  for (let r = lo; r < hi; r++) memory.copy(at(out, r * count), at(data, load<i32>(at(indices, r)) * count), <usize>count << 2)
}

/** out = a + b (b may be null), blocks [lo, hi) of 1024 floats; with `gate` as in `multiply` and ReLU if asked. */
export function add(lo: i32, hi: i32, scratch: Ptr, a: Ptr, b: Ptr, n: i32, out: Ptr, gate: Ptr, relu: i32): void {
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i
    let v = loadSome(at(a, i), count)
    if (b) v = f32x4.add(v, loadSome(at(b, i), count))
    if (relu) v = f32x4.pmax(v, f32x4.splat(0))
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    storeSome(at(out, i), v, count)
  }
}

/** 32 random bits per lane from a counter and a key (two rounds of multiply and xor-shift; Wang & Mueller style finaliser). */
@inline function randomBits(counter: v128, key: i32): v128 {
  let h = i32x4.add(i32x4.mul(counter, i32x4.splat(0x9e3779b1)), i32x4.splat(key))
  h = v128.xor(h, i32x4.shr_u(h, 16))
  h = i32x4.mul(h, i32x4.splat(0x21f0aaad))
  h = v128.xor(h, i32x4.shr_u(h, 15))
  h = i32x4.mul(h, i32x4.splat(0x735a2d97))
  return v128.xor(h, i32x4.shr_u(h, 15))
}

/** Dropout of blocks [lo, hi) of 1024 floats: keeps x / (1 - rate) with probability 1 - rate. The mask follows from key and place alone, so the gradient makes it again. */
export function dropout(lo: i32, hi: i32, scratch: Ptr, x: Ptr, n: i32, out: Ptr, clock: Ptr, salt: i32, keep: f32, gate: Ptr): void {
  const key = (load<i32>(clock) ^ salt) * 0x2c1b3c6d + 0x297a2d39, limit = i32x4.splat(<i32>(<u32>(keep * 4294967040.0)))
  const factor = f32x4.splat(1 / keep)
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i, bits = randomBits(i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), key)
    let v = v128.and(f32x4.mul(loadSome(at(x, i), count), factor), i32x4.lt_u(bits, limit))
    if (gate) v = gate4(v, loadSome(at(gate, i), count))
    storeSome(at(out, i), v, count)
  }
}

/** x + bias (or 0), with ReLU if asked, in place, for rows [lo, hi) of C values. */
export function finishRows(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, bias: Ptr, relu: i32): void {
  for (let r = lo; r < hi; r++) for (let c = 0; c < C; c += 4) {
    const o = at(x, r * C + c)
    let v = loadSome(o, C - c)
    if (bias) v = f32x4.add(v, v128.load(at(bias, c)))
    if (relu) v = f32x4.pmax(v, f32x4.splat(0))
    storeSome(o, v, C - c)
  }
}
