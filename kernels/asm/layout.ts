// Moving values about: padding, cropping, gathering, copying pieces, other orders.
import { addInto, at, clear, gateInPlace, loadSome, Ptr, relu4, storeSome } from './all'

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

/** `count` floats from every `step` into a row. */
@inline function takeRow(row: Ptr, p: Ptr, step: i32, count: i32): void {
  if (step === 1 && count >= 16) memory.copy(row, p, <usize>count << 2)
  else for (let k = 0; k < count; k++) store<f32>(at(row, k), load<f32>(at(p, k * step)))
}

/** Adds a row to `count` floats, every `step`. */
@inline function addRow(p: Ptr, row: Ptr, step: i32, count: i32): void {
  if (step === 1) addInto(p, row, count)
  else for (let k = 0; k < count; k++) store<f32>(at(p, k * step), load<f32>(at(p, k * step)) + load<f32>(at(row, k)))
}

/**
 * y[i][j][k][l][m] = x[start + i · s0 + j · s1 + k · s2 + l · s3 + m · s4] for samples [lo, hi) of `size` floats; lengths of y in d0 to d4.
 * With `back` the other way round: y is added to where it came from, x being cleared before and gated after (`gate` as in `multiply`).
 */
export function move(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, size: i32, start: i32, d0: i32, d1: i32, d2: i32, d3: i32, d4: i32,
  s0: i32, s1: i32, s2: i32, s3: i32, s4: i32, y: Ptr, back: i32, gate: Ptr,
): void {
  for (let n = lo; n < hi; n++) {
    let row = at(y, n * d0 * d1 * d2 * d3 * d4)
    if (back) clear(at(x, n * size), size)
    for (let i = 0; i < d0; i++) for (let j = 0; j < d1; j++) for (let k = 0; k < d2; k++) for (let l = 0; l < d3; l++, row = at(row, d4)) {
      const p = at(x, n * size + start + i * s0 + j * s1 + k * s2 + l * s3)
      if (back) addRow(p, row, s4, d4)
      else takeRow(row, p, s4, d4)
    }
    if (back && gate) gateInPlace(at(x, n * size), at(gate, n * size), size)
  }
}

/** x + bias (or 0), with ReLU if asked, in place, for rows [lo, hi) of C values. */
export function finishRows(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, bias: Ptr, relu: i32): void {
  for (let r = lo; r < hi; r++) for (let c = 0; c < C; c += 4) {
    const o = at(x, r * C + c)
    let v = loadSome(o, C - c)
    if (bias) v = f32x4.add(v, v128.load(at(bias, c)))
    if (relu) v = relu4(v)
    storeSome(o, v, C - c)
  }
}
