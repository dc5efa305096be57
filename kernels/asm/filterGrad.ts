// Weight gradients: sums over positions of x (splat) times 8 columns of dy, written in the same panels as the weights.
import { addInto, at, clear, fma, laneMask, panelFloats, panels, Ptr } from './all'

/** One row of a tile, added to what is there; columns behind the last stay 0. */
@inline function addRow(narrow: bool, o: Ptr, lo: v128, hi: v128, maskLo: v128, maskHi: v128): void {
  v128.store(o, f32x4.add(v128.load(o), v128.and(lo, maskLo)))
  if (!narrow) v128.store(o, f32x4.add(v128.load(o, 16), v128.and(hi, maskHi)), 16)
}

/**
 * Tile of `rows` (a literal, 1 to 4) rows times 8 columns over height x width positions; rows of x lie at byte offsets 0, o1, o2, o3.
 * With `narrow` (a literal) only the first 4 columns are computed.
 */
@inline function gradTile(
  narrow: bool, rows: i32, x: Ptr, o1: usize, o2: usize, o3: usize, dy: Ptr, height: i32, width: i32, xRow: usize, xCol: usize, dRow: usize, dCol: usize,
  out: Ptr, left: i32,
): void {
  const zero = f32x4.splat(0)
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero
  for (let h = height; h > 0; h--) {
    let xp = x, dp = dy
    for (let w = width; w > 0; w--) {
      const b0 = v128.load(dp), b1 = narrow ? b0 : v128.load(dp, 16)
      const a0 = v128.load32_splat(xp)
      c00 = fma(c00, a0, b0)
      if (!narrow) c01 = fma(c01, a0, b1)
      if (rows > 1) { const a1 = v128.load32_splat(xp + o1); c10 = fma(c10, a1, b0); if (!narrow) c11 = fma(c11, a1, b1) }
      if (rows > 2) { const a2 = v128.load32_splat(xp + o2); c20 = fma(c20, a2, b0); if (!narrow) c21 = fma(c21, a2, b1) }
      if (rows > 3) { const a3 = v128.load32_splat(xp + o3); c30 = fma(c30, a3, b0); if (!narrow) c31 = fma(c31, a3, b1) }
      xp += xCol
      dp += dCol
    }
    x += xRow
    dy += dRow
  }
  const lo = laneMask(left), hi = laneMask(left - 4)
  addRow(narrow, out, c00, c01, lo, hi)
  if (rows > 1) addRow(narrow, out + 32, c10, c11, lo, hi)
  if (rows > 2) addRow(narrow, out + 64, c20, c21, lo, hi)
  if (rows > 3) addRow(narrow, out + 96, c30, c31, lo, hi)
}

/** Four rows whose values lie side by side in x: the common case, a function of its own. `left` columns remain. */
function fourRows(x: Ptr, dy: Ptr, positions: i32, xCol: usize, dCol: usize, out: Ptr, left: i32): void {
  if (left > 4) gradTile(false, 4, x, 4, 8, 12, dy, 1, positions, 0, xCol, 0, dCol, out, left)
  else gradTile(true, 4, x, 4, 8, 12, dy, 1, positions, 0, xCol, 0, dCol, out, left)
}

/** The same for 1 to 3 rows. */
function fewRows(rows: i32, x: Ptr, dy: Ptr, positions: i32, xCol: usize, dCol: usize, out: Ptr, left: i32): void {
  if (rows == 3) gradTile(false, 3, x, 4, 8, 12, dy, 1, positions, 0, xCol, 0, dCol, out, left)
  else if (rows == 2) gradTile(false, 2, x, 4, 8, 12, dy, 1, positions, 0, xCol, 0, dCol, out, left)
  else gradTile(false, 1, x, 4, 8, 12, dy, 1, positions, 0, xCol, 0, dCol, out, left)
}

/** Up to 4 rows of consecutive x floats times one panel of dy. */
@inline export function gradPanel(rows: i32, x: Ptr, dy: Ptr, positions: i32, xCol: usize, dCol: usize, out: Ptr, left: i32): void {
  if (rows >= 4) fourRows(x, dy, positions, xCol, dCol, out, left)
  else fewRows(rows, x, dy, positions, xCol, dCol, out, left)
}

/** Byte offset of row k of the patch. */
@inline function offsetOf(k: i32, perRow: i32, segment: i32, pieceRow: i32, pieceCol: i32): usize {
  const s = k / segment, row = s / perRow
  return <usize>(row * pieceRow + (s - row * perRow) * pieceCol + (k - s * segment)) << 2
}

/** Adds the sum of `rows` rows of dy (N wide) to `out`. */
export function addColumnSums(dy: Ptr, rows: i32, N: i32, out: Ptr): void {
  for (let c = 0; c < N; c += 4) {
    const left = N - c
    let s = at(dy, c)
    if (left >= 4) {
      let sum = f32x4.splat(0)
      for (let r = rows; r > 0; r--, s += <usize>N << 2) sum = f32x4.add(sum, v128.load(s))
      v128.store(at(out, c), f32x4.add(v128.load(at(out, c)), sum))
    } else {
      const mask = laneMask(left)
      let sum = f32x4.splat(0)
      for (let r = rows; r > 0; r--, s += <usize>N << 2) sum = f32x4.add(sum, v128.load(s))
      v128.store(at(out, c), f32x4.add(v128.load(at(out, c)), v128.and(sum, mask)))
    }
  }
}

/**
 * Filter gradient of a convolution, parts [lo, hi) of the batch, each into its own copy of the gradient (`partStep` apart): weights at
 * `dw`, bias at `db` unless 0. x is padded; patches as in `multiply`.
 */
export function filterGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, height: i32, width: i32, imageStep: i32, rowStep: i32, colStep: i32,
  segments: i32, perRow: i32, segment: i32, pieceRow: i32, pieceCol: i32, dy: Ptr, N: i32, batch: i32, parts: i32, dw: Ptr, db: Ptr, partStep: i32,
): void {
  const K = segments * segment, positions = height * width, wide = panels(N) * 8
  const xRow = <usize>rowStep << 2, xCol = <usize>colStep << 2, dCol = <usize>N << 2, dRow = dCol * width, panelStep = <usize>K << 5
  for (let part = lo; part < hi; part++) {
    const w = at(dw, part * partStep), b = db ? at(db, part * partStep) : 0
    clear(w, panelFloats(K, N))
    if (b) clear(b, wide)
    const end = ((part + 1) * batch) / parts
    for (let n = (part * batch) / parts; n < end; n++) {
      const image = at(x, n * imageStep), d = at(dy, n * positions * N)
      for (let k = 0; k < K; k += 4) {
        const rows = K - k, first = offsetOf(k, perRow, segment, pieceRow, pieceCol), xk = image + first
        const o1 = rows > 1 ? offsetOf(k + 1, perRow, segment, pieceRow, pieceCol) - first : 0
        const o2 = rows > 2 ? offsetOf(k + 2, perRow, segment, pieceRow, pieceCol) - first : 0
        const o3 = rows > 3 ? offsetOf(k + 3, perRow, segment, pieceRow, pieceCol) - first : 0
        let out = at(w, k * 8)
        for (let p = 0; p < N; p += 8, out += panelStep) {
          const left = N - p, dp = at(d, p)
          if (rows >= 4) {
            if (left > 4) gradTile(false, 4, xk, o1, o2, o3, dp, height, width, xRow, xCol, dRow, dCol, out, left)
            else gradTile(true, 4, xk, o1, o2, o3, dp, height, width, xRow, xCol, dRow, dCol, out, left)
          } else if (rows == 3) gradTile(false, 3, xk, o1, o2, o3, dp, height, width, xRow, xCol, dRow, dCol, out, left)
          else if (rows == 2) gradTile(false, 2, xk, o1, o2, o3, dp, height, width, xRow, xCol, dRow, dCol, out, left)
          else gradTile(false, 1, xk, o1, o2, o3, dp, height, width, xRow, xCol, dRow, dCol, out, left)
        }
      }
      if (b) addColumnSums(d, positions, N, b)
    }
  }
}

/** Positions that a dense weight gradient works through at a time, so that a panel of dy stays in the L1 cache. */
const DENSE_ROWS: i32 = 512

/** Weight gradient of a dense layer, blocks [lo, hi) of 4 input features: dw[k][n] = sum over rows of x[row][k] · dy[row][n]. */
export function denseGradient(lo: i32, hi: i32, scratch: Ptr, x: Ptr, rows: i32, inner: i32, dy: Ptr, N: i32, dw: Ptr): void {
  const xCol = <usize>inner << 2, last = min(hi * 4, inner)
  for (let p = 0; p < N; p += 8) {
    const panel = at(dw, p * inner), left = N - p
    clear(at(panel, lo * 32), (last - lo * 4) * 8)
    for (let r = 0; r < rows; r += DENSE_ROWS) {
      const count = min(rows - r, DENSE_ROWS)
      let s = at(dy, r * N + p), d = scratch
      for (let i = count; i > 0; i--, s += <usize>N << 2, d += 32) {
        v128.store(d, v128.load(s))
        v128.store(d, v128.load(s, 16), 16)
      }
      for (let k = lo * 4; k < last; k += 4) gradPanel(last - k, at(x, r * inner + k), scratch, count, xCol, 32, at(panel, k * 8), left)
    }
  }
}

/** Rows that are summed before they are added to the total, so that rounding errors stay small. */
const SUM_ROWS: i32 = 128

/** Bias gradient of layers whose rows are not summed elsewhere, columns [lo, hi) in eights: the sums of dy's columns. */
export function columnSums(lo: i32, hi: i32, scratch: Ptr, dy: Ptr, rows: i32, N: i32, out: Ptr): void {
  for (let panel = lo; panel < hi; panel++) {
    const c = panel * 8, left = N - c, zero = f32x4.splat(0)
    let a = zero, b = zero, s = at(dy, c)
    for (let r = rows; r > 0; r -= SUM_ROWS) {
      let p = zero, q = zero
      for (let k = min(r, SUM_ROWS); k > 0; k--, s += <usize>N << 2) {
        p = f32x4.add(p, v128.load(s))
        q = f32x4.add(q, v128.load(s, 16))
      }
      a = f32x4.add(a, p)
      b = f32x4.add(b, q)
    }
    v128.store(at(out, c), v128.and(a, laneMask(left)))
    v128.store(at(out, c), v128.and(b, laneMask(left - 4)), 16)
  }
}

/** Sums `parts` copies of a gradient into the first, floats [lo, hi) in blocks of 256, always in the same order. */
export function sumParts(lo: i32, hi: i32, scratch: Ptr, first: Ptr, parts: i32, partStep: i32, n: i32, out: Ptr): void {
  for (let block = lo; block < hi; block++) {
    const from = block * 256, count = min(n - from, 256), d = at(out, from)
    memory.copy(d, at(first, from), <usize>count << 2)
    for (let p = 1; p < parts; p++) addInto(d, at(first, p * partStep + from), count)
  }
}
