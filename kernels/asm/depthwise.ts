// Depthwise convolutions: every channel for itself, four channels per vector. Kernels are [taps][C], row-major.
// Forward pass and input gradient are the same sum over lines of pixels; they differ in where lines, taps and weights start and how far apart they lie.
import { addColumnSums, at, clear, fma, gate4, loadSome, panels, Ptr, relu4, storeSome } from './all'

/** How a strip reads its pixels: any steps; three taps whose pixels neighbours share; three taps two pixels apart. */
const ANY: i32 = 0
const SHARED: i32 = 1
const APART: i32 = 2

/** Stores up to 4 channels of one finished pixel; `gate` is the distance in bytes to the values that let it through, or 0. */
@inline function finish(o: Ptr, v: v128, count: i32, relu: i32, gate: usize): void {
  if (relu) v = relu4(v)
  if (gate) v = gate4(v, loadSome(o + gate, count))
  storeSome(o, v, count)
}

/** One output pixel: the sum over `rows` x `taps` source pixels, `line` and C floats apart, times weights `wLine` and `wTap` bytes apart. */
function pixel(o: Ptr, x: Ptr, line: usize, w: Ptr, wLine: usize, wTap: usize, rows: i32, taps: i32, C: i32, bias: Ptr, relu: i32, gate: usize): void {
  const tap = <usize>C << 2
  for (let c = 0; c < C; c += 4) {
    let sum = bias ? v128.load(at(bias, c)) : f32x4.splat(0)
    for (let r = 0, s = at(x, c), v = at(w, c); r < rows; r++, s += line, v += wLine) {
      for (let t = 0, p = s, q = v; t < taps; t++, p += tap, q += wTap) sum = fma(sum, v128.load(p), v128.load(q))
    }
    finish(at(o, c), sum, C - c, relu, gate)
  }
}

/** Four output pixels at `o`, `oCol` bytes apart, whose first source pixels lie `col` bytes apart; `kind` is a literal. */
@inline function stripOf(
  kind: i32, o: Ptr, oCol: usize, x: Ptr, line: usize, col: usize, w: Ptr, wLine: usize, wTap: usize, rows: i32, taps: i32, C: i32, bias: Ptr, relu: i32, gate: usize,
): void {
  const tap = <usize>C << 2
  for (let c = 0; c < C; c += 4) {
    const first = bias ? v128.load(at(bias, c)) : f32x4.splat(0)
    let a = first, b = first, d = first, e = first
    for (let r = 0, p = at(x, c), q = at(w, c); r < rows; r++, p += line, q += wLine) {
      if (kind == ANY) {
        for (let t = 0, s = p, v = q; t < taps; t++, s += tap, v += wTap) {
          const k = v128.load(v)
          a = fma(a, v128.load(s), k)
          b = fma(b, v128.load(s + col), k)
          d = fma(d, v128.load(s + 2 * col), k)
          e = fma(e, v128.load(s + 3 * col), k)
        }
      } else {
        const k0 = v128.load(q), k1 = v128.load(q + wTap), k2 = v128.load(q + 2 * wTap)
        let s = p, v = v128.load(s)
        a = fma(a, v, k0)
        v = v128.load(s += tap)
        a = fma(a, v, k1)
        if (kind == SHARED) b = fma(b, v, k0)
        v = v128.load(s += tap)
        a = fma(a, v, k2)
        if (kind == SHARED) { b = fma(b, v, k1); d = fma(d, v, k0) } else b = fma(b, v, k0)
        v = v128.load(s += tap)
        if (kind == SHARED) { b = fma(b, v, k2); d = fma(d, v, k1); e = fma(e, v, k0) } else b = fma(b, v, k1)
        v = v128.load(s += tap)
        if (kind == SHARED) { d = fma(d, v, k2); e = fma(e, v, k1) } else { b = fma(b, v, k2); d = fma(d, v, k0) }
        v = v128.load(s += tap)
        if (kind == SHARED) e = fma(e, v, k2)
        else {
          d = fma(d, v, k1)
          v = v128.load(s += tap)
          d = fma(d, v, k2)
          e = fma(e, v, k0)
          e = fma(e, v128.load(s + tap), k1)
          e = fma(e, v128.load(s + 2 * tap), k2)
        }
      }
    }
    const to = at(o, c), count = C - c
    finish(to, a, count, relu, gate)
    finish(to + oCol, b, count, relu, gate)
    finish(to + 2 * oCol, d, count, relu, gate)
    finish(to + 3 * oCol, e, count, relu, gate)
  }
}

function strip(o: Ptr, oCol: usize, x: Ptr, line: usize, col: usize, w: Ptr, wLine: usize, wTap: usize, rows: i32, taps: i32, C: i32, bias: Ptr, relu: i32, gate: usize): void {
  stripOf(ANY, o, oCol, x, line, col, w, wLine, wTap, rows, taps, C, bias, relu, gate)
}
function strip3(o: Ptr, oCol: usize, x: Ptr, line: usize, w: Ptr, wLine: usize, wTap: usize, rows: i32, C: i32, bias: Ptr, relu: i32, gate: usize): void {
  stripOf(SHARED, o, oCol, x, line, 0, w, wLine, wTap, rows, 3, C, bias, relu, gate)
}
function strip3Apart(o: Ptr, oCol: usize, x: Ptr, line: usize, w: Ptr, wLine: usize, wTap: usize, rows: i32, C: i32, bias: Ptr, relu: i32, gate: usize): void {
  stripOf(APART, o, oCol, x, line, 0, w, wLine, wTap, rows, 3, C, bias, relu, gate)
}

/**
 * A line of `count` output pixels, `oCol` bytes apart. Output t takes source pixels first + t · step + (0 … taps − 1) of lines with `width` pixels, of
 * which there are `rows`; pixels outside count as 0.
 */
function sumLine(
  o: Ptr, oCol: usize, count: i32, x: Ptr, line: usize, width: i32, first: i32, step: i32,
  w: Ptr, wLine: usize, wTap: usize, rows: i32, taps: i32, C: i32, bias: Ptr, relu: i32, gate: usize,
): void {
  for (let t = 0; t < count; ) {
    const from = first + t * step, to = o + <usize>t * oCol
    if (from >= 0 && t + 4 <= count && from + 3 * step + taps <= width) {
      const p = at(x, from * C)
      if (taps == 3 && step == 1) strip3(to, oCol, p, line, w, wLine, wTap, rows, C, bias, relu, gate)
      else if (taps == 3 && step == 2) strip3Apart(to, oCol, p, line, w, wLine, wTap, rows, C, bias, relu, gate)
      else strip(to, oCol, p, line, <usize>(step * C) << 2, w, wLine, wTap, rows, taps, C, bias, relu, gate)
      t += 4
    } else {
      const k = max(0, -from), end = min(taps, width - from)
      pixel(to, at(x, (from + k) * C), line, w + <usize>k * wTap, wLine, wTap, rows, end - k, C, bias, relu, gate)
      t++
    }
  }
}

/** Forward pass with bias (or 0) and ReLU if asked; rows of output pixels [lo, hi) of all images. */
export function depthwise(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32,
  w: Ptr, bias: Ptr, relu: i32, y: Ptr,
): void {
  const line = <usize>(W * C) << 2, tap = <usize>C << 2
  for (let r = lo; r < hi; r++) {
    const n = r / OH, from = (r - n * OH) * SH - top, k = max(0, -from), rows = min(FH, H - from) - k
    sumLine(
      at(y, r * OW * C), tap, OW, at(x, (n * H + from + k) * W * C), line, W, -left, SW, at(w, k * FW * C), <usize>(FW * C) << 2, tap, rows, FW, C, bias, relu, 0,
    )
  }
}

/**
 * Input gradient, rows of input pixels [lo, hi) of all images. The pixels of a row that are the same number of steps from where windows start see the
 * same taps, and are one line. `gate` as in `multiply`.
 */
export function depthwiseInputGradient(
  lo: i32, hi: i32, scratch: Ptr, dy: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32,
  w: Ptr, dx: Ptr, gate: Ptr,
): void {
  const line = <usize>(OW * C) << 2, distance = gate ? gate - dx : 0
  for (let r = lo; r < hi; r++) {
    const n = r / H, down = r - n * H + top, phaseY = down % SH, high = max(0, (FH - phaseY + SH - 1) / SH)
    const from = down / SH - high + 1, k = max(0, -from), rows = min(high, OH - from) - k, fy = phaseY + (high - 1 - k) * SH
    for (let ix = 0; ix < min(SW, W); ix++) {
      const phaseX = (ix + left) % SW, wide = max(0, (FW - phaseX + SW - 1) / SW), fx = phaseX + (wide - 1) * SW
      sumLine(
        at(dx, (r * W + ix) * C), <usize>(SW * C) << 2, (W - ix + SW - 1) / SW, at(dy, (n * OH + from + k) * OW * C), line, OW, (ix + left) / SW - wide + 1, 1,
        at(w, (fy * FW + fx) * C), <usize>(-SH * FW * C) << 2, <usize>(-SW * C) << 2, rows, wide, C, 0, 0, distance,
      )
    }
  }
}

/** Adds to `taps` (a literal, 1 to 3) rows of dw the sums over `count` pixels of x, `xCol` floats apart, times dy; 8 or (`narrow`, a literal) 4 channels. */
@inline function gradTaps(narrow: bool, taps: i32, x: Ptr, xCol: usize, dy: Ptr, tap: usize, count: i32, w: Ptr, left: i32): void {
  const zero = f32x4.splat(0)
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero
  for (let i = count; i > 0; i--, x += xCol, dy += tap) {
    const d0 = v128.load(dy), d1 = narrow ? d0 : v128.load(dy, 16)
    a0 = fma(a0, v128.load(x), d0)
    if (!narrow) a1 = fma(a1, v128.load(x, 16), d1)
    if (taps > 1) { b0 = fma(b0, v128.load(x + tap), d0); if (!narrow) b1 = fma(b1, v128.load(x + tap, 16), d1) }
    if (taps > 2) { c0 = fma(c0, v128.load(x + 2 * tap), d0); if (!narrow) c1 = fma(c1, v128.load(x + 2 * tap, 16), d1) }
  }
  addTap(narrow, w, a0, a1, left)
  if (taps > 1) addTap(narrow, w + tap, b0, b1, left)
  if (taps > 2) addTap(narrow, w + 2 * tap, c0, c1, left)
}

@inline function addTap(narrow: bool, w: Ptr, lo: v128, hi: v128, left: i32): void {
  storeSome(w, f32x4.add(loadSome(w, left), lo), left)
  if (!narrow) storeSome(w + 16, f32x4.add(loadSome(w + 16, left - 4), hi), left - 4)
}

function gradThree(x: Ptr, xCol: usize, dy: Ptr, count: i32, w: Ptr, C: i32): void {
  const tap = <usize>C << 2
  for (let c = 0; c < C; c += 8) {
    if (C - c > 4) gradTaps(false, 3, at(x, c), xCol, at(dy, c), tap, count, at(w, c), C - c)
    else gradTaps(true, 3, at(x, c), xCol, at(dy, c), tap, count, at(w, c), C - c)
  }
}
function gradTwo(x: Ptr, xCol: usize, dy: Ptr, count: i32, w: Ptr, C: i32): void {
  for (let c = 0; c < C; c += 8) gradTaps(false, 2, at(x, c), xCol, at(dy, c), <usize>C << 2, count, at(w, c), C - c)
}
function gradOne(x: Ptr, xCol: usize, dy: Ptr, count: i32, w: Ptr, C: i32): void {
  for (let c = 0; c < C; c += 8) gradTaps(false, 1, at(x, c), xCol, at(dy, c), <usize>C << 2, count, at(w, c), C - c)
}

/** Adds what one line of x and one of dy give for `taps` (1 to 3) taps of a row, the first of which sees pixel `first` of x from output 0. */
function gradLine(x: Ptr, W: i32, first: i32, SW: i32, taps: i32, dy: Ptr, OW: i32, w: Ptr, C: i32): void {
  const xCol = <usize>(SW * C) << 2, room = W - taps - first
  let from = max(0, (SW - 1 - first) / SW), end = room < 0 ? 0 : min(OW, room / SW + 1)
  if (end <= from) from = end = 0
  else {
    const p = at(x, (from * SW + first) * C), d = at(dy, from * C)
    if (taps == 3) gradThree(p, xCol, d, end - from, w, C)
    else if (taps == 2) gradTwo(p, xCol, d, end - from, w, C)
    else gradOne(p, xCol, d, end - from, w, C)
  }
  for (let o = 0; o < OW; o++) {
    if (o == from) o = end
    if (o >= OW) break
    for (let t = 0; t < taps; t++) {
      const i = o * SW + first + t
      if (i >= 0 && i < W) gradOne(at(x, i * C), 0, at(dy, o * C), 1, at(w, t * C), C)
    }
  }
}

/** Filter gradient, parts [lo, hi) of the batch, each into its own copy (`partStep` apart): weights at `dw`, bias at `db` unless 0. */
export function depthwiseFilterGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32,
  dy: Ptr, batch: i32, parts: i32, dw: Ptr, db: Ptr, partStep: i32,
): void {
  for (let part = lo; part < hi; part++) {
    const w = at(dw, part * partStep), b = db ? at(db, part * partStep) : 0
    clear(w, panels(FH * FW * C) * 8)
    if (b) clear(b, panels(C) * 8)
    const end = ((part + 1) * batch) / parts
    for (let n = (part * batch) / parts; n < end; n++) {
      for (let oy = 0; oy < OH; oy++) for (let fy = 0; fy < FH; fy++) {
        const iy = oy * SH - top + fy
        if (iy < 0 || iy >= H) continue
        for (let fx = 0; fx < FW; fx += 3) {
          gradLine(at(x, (n * H + iy) * W * C), W, fx - left, SW, min(3, FW - fx), at(dy, (n * OH + oy) * OW * C), OW, at(w, (fy * FW + fx) * C), C)
        }
      }
      if (b) addColumnSums(at(dy, n * OH * OW * C), OH * OW, C, b)
    }
  }
}

/** Every channel `times` times, side by side, for pixels [lo, hi) of C channels. */
export function repeatChannels(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, times: i32, out: Ptr): void {
  for (let p = at(x, lo * C), end = at(x, hi * C), o = at(out, lo * C * times); p < end; p += 4) {
    const v = load<f32>(p)
    for (let k = times; k > 0; k--, o += 4) store<f32>(o, v)
  }
}

/** Its gradient: the sums of `times` neighbours; `gate` as in `multiply`. */
export function sumChannels(lo: i32, hi: i32, scratch: Ptr, x: Ptr, C: i32, times: i32, out: Ptr, gate: Ptr): void {
  for (let i = lo * C, end = hi * C; i < end; i++) {
    let sum: f32 = 0
    if (!gate || load<f32>(at(gate, i)) > 0) for (let k = 0; k < times; k++) sum += load<f32>(at(x, i * times + k))
    store<f32>(at(out, i), sum)
  }
}
