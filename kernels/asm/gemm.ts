// Matrix products. The right side lies in panels: B[k][column] is stored as [panel of 8 columns][k][8], zeros behind the last column.
// The left side is packed here, four rows at a time, as [k][4]; its rows may be patches of an image (implicit GEMM).
import { at, fma, gate4, loadSome, panels, Ptr, relu4, storeSome } from './base'

/** Bits of `mode`: what happens to a finished value. */
export const RELU: i32 = 1
export const ADD: i32 = 2

/** Floats that a packed block of rows may fill, so that it stays in the L2 cache. */
const BLOCK_FLOATS: i32 = 49152
const MOST_ROWS: i32 = 48

/** Rows packed at a time for a depth of K. */
@inline export function blockRows(K: i32): i32 {
  return max(4, min(MOST_ROWS, (BLOCK_FLOATS / K) & ~3))
}

/** Transposes `n` floats of 4 rows to [k][4]; returns the end of what it wrote. */
export function packRows(r0: Ptr, r1: Ptr, r2: Ptr, r3: Ptr, n: i32, dst: Ptr): Ptr {
  for (; n >= 4; n -= 4) {
    const a = v128.load(r0), b = v128.load(r1), c = v128.load(r2), d = v128.load(r3)
    const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7)
    const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
    v128.store(dst, v128.shuffle<i64>(ab0, cd0, 0, 2))
    v128.store(dst, v128.shuffle<i64>(ab0, cd0, 1, 3), 16)
    v128.store(dst, v128.shuffle<i64>(ab1, cd1, 0, 2), 32)
    v128.store(dst, v128.shuffle<i64>(ab1, cd1, 1, 3), 48)
    r0 += 16; r1 += 16; r2 += 16; r3 += 16; dst += 64
  }
  for (; n > 0; n--) {
    store<f32>(dst, load<f32>(r0))
    store<f32>(dst, load<f32>(r1), 4)
    store<f32>(dst, load<f32>(r2), 8)
    store<f32>(dst, load<f32>(r3), 12)
    r0 += 4; r1 += 4; r2 += 4; r3 += 4; dst += 16
  }
  return dst
}

/** The same for rows that start one float apart: neighbours in an image of one channel. */
@inline function packRun(r: Ptr, n: i32, dst: Ptr): Ptr {
  for (; n > 0; n--, r += 4, dst += 16) v128.store(dst, v128.load(r))
  return dst
}

/** Stores one row of a tile whose width is no multiple of 8: the rare edge of a matrix. */
function finishEdge(o: Ptr, lo: v128, hi: v128, columns: i32, mode: i32, gate: usize): void {
  const second = columns - 4
  if (mode & ADD) {
    lo = f32x4.add(loadSome(o, columns), lo)
    if (second > 0) hi = f32x4.add(loadSome(o + 16, second), hi)
  }
  if (gate) {
    lo = gate4(lo, loadSome(o + gate, columns))
    if (second > 0) hi = gate4(hi, loadSome(o + gate + 16, second))
  }
  storeSome(o, lo, columns)
  if (second > 0) storeSome(o + 16, hi, second)
}

/** One row of a finished tile; `gate` is the distance in bytes from the output to the values that let it through, or 0. */
@inline function finishRow(narrow: bool, o: Ptr, lo: v128, hi: v128, columns: i32, mode: i32, gate: usize): void {
  if (mode & RELU) {
    lo = relu4(lo)
    if (!narrow) hi = relu4(hi)
  }
  if (columns == (narrow ? 4 : 8)) {
    if (mode & ADD) {
      lo = f32x4.add(v128.load(o), lo)
      if (!narrow) hi = f32x4.add(v128.load(o, 16), hi)
    }
    if (gate) {
      lo = gate4(lo, v128.load(o + gate))
      if (!narrow) hi = gate4(hi, v128.load(o + gate, 16))
    }
    v128.store(o, lo)
    if (!narrow) v128.store(o, hi, 16)
  } else finishEdge(o, lo, hi, columns, mode, gate)
}

/**
 * 4x8 outputs from packed A [k][4] and a panel of B [k][8]; row i (of `rows`) goes to o_i. `bias` may be null. With `narrow` (a literal)
 * only the first 4 columns are computed.
 */
@inline function tileOf(
  narrow: bool, a: Ptr, K: i32, b: Ptr, o0: Ptr, o1: Ptr, o2: Ptr, o3: Ptr, rows: i32, bias: Ptr, columns: i32, mode: i32, gate: usize,
): void {
  let lo = f32x4.splat(0), hi = lo
  if (bias) {
    lo = v128.load(bias)
    if (!narrow) hi = v128.load(bias, 16)
  }
  let c00 = lo, c01 = hi, c10 = lo, c11 = hi, c20 = lo, c21 = hi, c30 = lo, c31 = hi
  for (let k = K; k > 0; k--) {
    const b0 = v128.load(b), b1 = narrow ? b0 : v128.load(b, 16)
    const a0 = v128.load32_splat(a)
    c00 = fma(c00, a0, b0)
    if (!narrow) c01 = fma(c01, a0, b1)
    const a1 = v128.load32_splat(a, 4)
    c10 = fma(c10, a1, b0)
    if (!narrow) c11 = fma(c11, a1, b1)
    const a2 = v128.load32_splat(a, 8)
    c20 = fma(c20, a2, b0)
    if (!narrow) c21 = fma(c21, a2, b1)
    const a3 = v128.load32_splat(a, 12)
    c30 = fma(c30, a3, b0)
    if (!narrow) c31 = fma(c31, a3, b1)
    a += 16
    b += 32
  }
  finishRow(narrow, o0, c00, c01, columns, mode, gate)
  if (rows > 1) finishRow(narrow, o1, c10, c11, columns, mode, gate)
  if (rows > 2) finishRow(narrow, o2, c20, c21, columns, mode, gate)
  if (rows > 3) finishRow(narrow, o3, c30, c31, columns, mode, gate)
}

/** One tile whose rows go anywhere. */
function tile(a: Ptr, K: i32, b: Ptr, o0: Ptr, o1: Ptr, o2: Ptr, o3: Ptr, rows: i32, columns: i32): void {
  if (columns > 4) tileOf(false, a, K, b, o0, o1, o2, o3, rows, 0, columns, ADD, 0)
  else tileOf(true, a, K, b, o0, o1, o2, o3, rows, 0, columns, ADD, 0)
}

/** All tiles of one panel: `rows` packed rows to rows of out that lie `step` bytes apart. */
function tileColumn(a: Ptr, rows: i32, K: i32, b: Ptr, o: Ptr, step: usize, bias: Ptr, columns: i32, mode: i32, gate: usize): void {
  for (; rows > 0; rows -= 4, a += <usize>K << 4, o += step << 2) {
    tileOf(false, a, K, b, o, o + step, o + 2 * step, o + 3 * step, rows, bias, columns, mode, gate)
  }
}

/** The same for a panel of up to 4 columns. */
function narrowColumn(a: Ptr, rows: i32, K: i32, b: Ptr, o: Ptr, step: usize, bias: Ptr, columns: i32, mode: i32, gate: usize): void {
  for (; rows > 0; rows -= 4, a += <usize>K << 4, o += step << 2) {
    tileOf(true, a, K, b, o, o + step, o + 2 * step, o + 3 * step, rows, bias, columns, mode, gate)
  }
}

/** All tiles of one panel where nothing is to be done with finished values and rows are multiples of 4. */
function plainColumn(a: Ptr, rows: i32, K: i32, b: Ptr, o: Ptr, step: usize): void {
  for (; rows > 0; rows -= 4, a += <usize>K << 4, o += step << 2) tileOf(false, a, K, b, o, o + step, o + 2 * step, o + 3 * step, 4, 0, 8, 0, 0)
}

/** The same for the first 4 columns of a panel. */
function plainNarrowColumn(a: Ptr, rows: i32, K: i32, b: Ptr, o: Ptr, step: usize): void {
  for (; rows > 0; rows -= 4, a += <usize>K << 4, o += step << 2) tileOf(true, a, K, b, o, o + step, o + 2 * step, o + 3 * step, 4, 0, 4, 0, 0)
}

/** Products of packed rows (a multiple of 4) with all panels, whole panels written. */
export function multiplyPlain(a: Ptr, rows: i32, K: i32, b: Ptr, out: Ptr, outStep: i32, N: i32): void {
  for (let p = 0; p < N; p += 8, b += <usize>K << 5, out += 32) {
    if (N - p > 4) plainColumn(a, rows, K, b, out, <usize>outStep << 2)
    else plainNarrowColumn(a, rows, K, b, out, <usize>outStep << 2)
  }
}

/** `rows` packed rows times all panels of B: out[row][N], `outStep` floats apart. */
export function multiplyPacked(a: Ptr, rows: i32, K: i32, b: Ptr, out: Ptr, outStep: i32, N: i32, bias: Ptr, mode: i32, gate: usize): void {
  for (let p = 0; p < N; p += 8, b += <usize>K << 5) {
    const o = at(out, p), step = <usize>outStep << 2, panelBias = bias ? at(bias, p) : 0, columns = min(N - p, 8)
    if (columns > 4) tileColumn(a, rows, K, b, o, step, panelBias, columns, mode, gate)
    else narrowColumn(a, rows, K, b, o, step, panelBias, columns, mode, gate)
  }
}

/** Address of row m of the implicit matrix: the patch of output position m. */
@inline function patchOf(x: Ptr, m: i32, positions: i32, width: i32, imageStep: i32, rowStep: i32, colStep: i32): Ptr {
  const image = m / positions, r = m - image * positions, oh = r / width, ow = r - oh * width
  return at(x, image * imageStep + oh * rowStep + ow * colStep)
}

/**
 * out[m][N] = patches · B for rows m in [lo, hi): the forward pass of convolutions and dense layers, and the input gradient of most.
 * A patch is `segments` pieces of `segment` floats: piece s starts at (s / perRow) * pieceRow + (s % perRow) * pieceCol. Images are padded before.
 * `gate` (or 0) holds values like `out`: where they are not above 0, out is 0.
 */
export function multiply(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, positions: i32, width: i32, imageStep: i32, rowStep: i32, colStep: i32,
  segments: i32, perRow: i32, segment: i32, pieceRow: i32, pieceCol: i32, weights: Ptr, out: Ptr, N: i32, bias: Ptr, mode: i32, gate: Ptr,
): void {
  const K = segments * segment, most = blockRows(K), distance = gate ? gate - out : 0
  for (let m = lo; m < hi; m += most) {
    const end = min(m + most, hi)
    let d = scratch
    for (let t = m; t < end; t += 4) {
      const r0 = patchOf(x, t, positions, width, imageStep, rowStep, colStep)
      let r1 = r0, r2 = r0, r3 = r0
      if (t + 1 < end) r1 = patchOf(x, t + 1, positions, width, imageStep, rowStep, colStep)
      if (t + 2 < end) r2 = patchOf(x, t + 2, positions, width, imageStep, rowStep, colStep)
      if (t + 3 < end) r3 = patchOf(x, t + 3, positions, width, imageStep, rowStep, colStep)
      const together = r1 == r0 + 4 && r2 == r0 + 8 && r3 == r0 + 12
      for (let s = 0, inRow = 0, line: usize = 0, o: usize = 0; s < segments; s++) {
        if (together) d = packRun(r0 + o, segment, d)
        else d = packRows(r0 + o, r1 + o, r2 + o, r3 + o, segment, d)
        if (++inRow == perRow) {
          inRow = 0
          line += <usize>pieceRow << 2
          o = line
        } else o += <usize>pieceCol << 2
      }
    }
    multiplyPacked(scratch, end - m, K, weights, at(out, m * N), N, N, bias, mode, distance)
  }
}

/** The place in the image that output position m of a convolution starts at. */
@inline function placeOf(d: Ptr, m: i32, width: i32, rowStep: i32, colStep: i32): Ptr {
  const oh = m / width, ow = m - oh * width
  return at(d, oh * rowStep + ow * colStep)
}

/**
 * Input gradient by scattering, for any stride and dilation, images [lo, hi): every output position adds dy · Wᵀ to its patch.
 * Bt holds, per piece of the patch, panels over the piece's `segment` floats of depth `channels`. `gate` as in `multiply`.
 */
export function scatter(
  lo: i32, hi: i32, scratch: Ptr, dy: Ptr, positions: i32, width: i32, channels: i32, weights: Ptr,
  pieces: i32, perRow: i32, segment: i32, pieceRow: i32, pieceCol: i32, dx: Ptr, imageStep: i32, rowStep: i32, colStep: i32, gate: Ptr,
): void {
  const rowBytes = <usize>channels << 2, most = blockRows(channels)
  for (let n = lo; n < hi; n++) {
    const image = at(dx, n * imageStep)
    memory.fill(image, 0, <usize>imageStep << 2)
    for (let m = 0; m < positions; m += most) {
      const end = min(m + most, positions)
      let q = scratch
      for (let t = m; t < end; t += 4) {
        const r = at(dy, (n * positions + t) * channels)
        q = packRows(r, t + 1 < end ? r + rowBytes : r, t + 2 < end ? r + 2 * rowBytes : r, t + 3 < end ? r + 3 * rowBytes : r, channels, q)
      }
      let b = weights
      for (let g = 0; g < pieces; g++) {
        const piece = at(image, (g / perRow) * pieceRow + (g % perRow) * pieceCol)
        for (let p = 0; p < segment; p += 8, b += <usize>channels << 5) {
          const columns = min(segment - p, 8), d = at(piece, p)
          let a = scratch
          for (let t = m; t < end; t += 4, a += <usize>channels << 4) {
            tile(
              a, channels, b, placeOf(d, t, width, rowStep, colStep), placeOf(d, t + 1, width, rowStep, colStep),
              placeOf(d, t + 2, width, rowStep, colStep), placeOf(d, t + 3, width, rowStep, colStep), min(end - t, 4), columns,
            )
          }
        }
      }
    }
    if (gate) {
      let d = image, y = at(gate, n * imageStep), left = imageStep
      for (; left >= 4; left -= 4, d += 16, y += 16) v128.store(d, gate4(v128.load(d), v128.load(y)))
      if (left > 0) storeSome(d, gate4(loadSome(d, left), loadSome(y, left)), left)
    }
  }
}

/**
 * The transposed weights for input gradients, panels [lo, hi) over the `inner` input channels of each tap:
 * W[tap * inner + c][n] goes to out + panel * panelStep + tap' * tapStep + n * 8 + (c & 7), where tap' counts backwards if `flip`.
 */
export function transposeWeights(lo: i32, hi: i32, scratch: Ptr, w: Ptr, taps: i32, inner: i32, N: i32, flip: i32, panelStep: i32, tapStep: i32, out: Ptr): void {
  const K = taps * inner, zero = f32x4.splat(0)
  for (let panel = lo; panel < hi; panel++) {
    const width = min(inner - panel * 8, 8)
    for (let tap = 0; tap < taps; tap++) {
      let d = at(out, panel * panelStep + (flip ? taps - 1 - tap : tap) * tapStep)
      for (let n = 0; n < N; n += 8) {
        const s = at(w, ((n >> 3) * K + tap * inner + panel * 8) * 8), columns = min(N - n, 8)
        for (let half = 0; half < 2; half++) {
          const c = half * 4
          for (let q = 0; q < columns; q += 4) {
            const p = at(s, c * 8 + q)
            const r0 = width > c ? v128.load(p) : zero, r1 = width > c + 1 ? v128.load(p, 32) : zero
            const r2 = width > c + 2 ? v128.load(p, 64) : zero, r3 = width > c + 3 ? v128.load(p, 96) : zero
            const x0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5), x1 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
            const z0 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5), z1 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
            const o = at(d, q * 8 + c)
            v128.store(o, v128.shuffle<i64>(x0, z0, 0, 2))
            if (columns > q + 1) v128.store(o, v128.shuffle<i64>(x0, z0, 1, 3), 32)
            if (columns > q + 2) v128.store(o, v128.shuffle<i64>(x1, z1, 0, 2), 64)
            if (columns > q + 3) v128.store(o, v128.shuffle<i64>(x1, z1, 1, 3), 96)
          }
        }
        d += <usize>columns << 5
      }
    }
  }
}

/** Panels of 8 columns times rows, in floats. */
@inline export function panelFloats(K: i32, N: i32): i32 { return panels(N) * K * 8 }
