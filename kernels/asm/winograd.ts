// Convolutions of stride 1 with r x r kernels (2 <= r <= 5) on tiles of 6 x 6 values: Winograd's minimal filtering F(m x m, r x r) with m = 7 - r
// at the points 0, 1, -1, 2, -2 and infinity (Lavin & Gray 2015). 36 multiplications per tile, where the direct sum takes m² · r².
//   forward    Y = Aᵀ [ (G w Gᵀ) ∘ (Bᵀ x B) ] A
//   gradients  dM = A dY Aᵀ,  dX = B (dM · Uᵀ) Bᵀ,  dW = Gᵀ (Vᵀ · dM) G      (the adjoints, so one set of transforms serves all)
// In transformed space everything is 36 independent matrix products.
import { addColumnSums, clear, gateInPlace, gradPanel, loadSome, multiplyPlain, packRows, panelFloats, panels, Ptr, relu4, storeSome, at, blockRows } from './all'

/** Bytes between the 6 values of a line when one value is a vector. */
const STEP: usize = 16

@inline function scale(v: v128, s: f32): v128 { return f32x4.mul(v, f32x4.splat(s)) }
@inline function plus(a: v128, b: v128): v128 { return f32x4.add(a, b) }
@inline function minus(a: v128, b: v128): v128 { return f32x4.sub(a, b) }

/** One line of Bᵀ x: six values `step` bytes apart at s to d. */
@inline function dataLine(s: Ptr, step: usize, d: Ptr, dStep: usize): void {
  const x0 = v128.load(s), x1 = v128.load(s + step), x2 = v128.load(s + 2 * step)
  const x3 = v128.load(s + 3 * step), x4 = v128.load(s + 4 * step), x5 = v128.load(s + 5 * step)
  const even = minus(x4, scale(x2, 4)), odd = minus(x3, scale(x1, 4))
  const near = minus(x4, x2), far = scale(minus(x3, x1), 2)
  v128.store(d, plus(minus(scale(x0, 4), scale(x2, 5)), x4))
  v128.store(d + dStep, plus(even, odd))
  v128.store(d + 2 * dStep, minus(even, odd))
  v128.store(d + 3 * dStep, plus(near, far))
  v128.store(d + 4 * dStep, minus(near, far))
  v128.store(d + 5 * dStep, plus(minus(scale(x1, 4), scale(x3, 5)), x5))
}

/** One line of B v: the adjoint of `dataLine`. */
@inline function dataLineBack(s: Ptr, step: usize, d: Ptr, dStep: usize): void {
  const v0 = v128.load(s), v1 = v128.load(s + step), v2 = v128.load(s + 2 * step)
  const v3 = v128.load(s + 3 * step), v4 = v128.load(s + 4 * step), v5 = v128.load(s + 5 * step)
  const sum12 = plus(v1, v2), sum34 = plus(v3, v4), dif12 = minus(v1, v2), dif34 = scale(minus(v3, v4), 2)
  v128.store(d, scale(v0, 4))
  v128.store(d + dStep, minus(minus(scale(v5, 4), scale(dif12, 4)), dif34))
  v128.store(d + 2 * dStep, minus(minus(scale(v0, -5), scale(sum12, 4)), sum34))
  v128.store(d + 3 * dStep, minus(plus(dif12, dif34), scale(v5, 5)))
  v128.store(d + 4 * dStep, plus(plus(v0, sum12), sum34))
  v128.store(d + 5 * dStep, v5)
}

/** One line of Aᵀ M: six values to the first m (2 to 5). */
@inline function outputLine(m: i32, s: Ptr, step: usize, d: Ptr, dStep: usize): void {
  const v1 = v128.load(s + step), v2 = v128.load(s + 2 * step), v3 = v128.load(s + 3 * step), v4 = v128.load(s + 4 * step)
  const v5 = v128.load(s + 5 * step)
  const sum1 = plus(v1, v2), dif1 = minus(v1, v2), sum2 = plus(v3, v4), dif2 = minus(v3, v4)
  v128.store(d, plus(plus(v128.load(s), sum1), sum2))
  const y1 = plus(dif1, scale(dif2, 2))
  v128.store(d + dStep, m == 2 ? plus(y1, v5) : y1)
  if (m > 2) { const y = plus(sum1, scale(sum2, 4)); v128.store(d + 2 * dStep, m == 3 ? plus(y, v5) : y) }
  if (m > 3) { const y = plus(dif1, scale(dif2, 8)); v128.store(d + 3 * dStep, m == 4 ? plus(y, v5) : y) }
  if (m > 4) v128.store(d + 4 * dStep, plus(plus(sum1, scale(sum2, 16)), v5))
}

/** One line of A y (factors 1), or of G w (factors of the points): m values to six. */
@inline function spreadLine(m: i32, s: Ptr, step: usize, d: Ptr, dStep: usize, f0: f32, f1: f32, f2: f32): void {
  const y0 = v128.load(s), y1 = v128.load(s + step)
  let even1 = y0, even2 = y0, odd1 = y1, odd2 = scale(y1, 2), last = y1
  if (m > 2) { const y = v128.load(s + 2 * step); even1 = plus(even1, y); even2 = plus(even2, scale(y, 4)); last = y }
  if (m > 3) { const y = v128.load(s + 3 * step); odd1 = plus(odd1, y); odd2 = plus(odd2, scale(y, 8)); last = y }
  if (m > 4) { const y = v128.load(s + 4 * step); even1 = plus(even1, y); even2 = plus(even2, scale(y, 16)); last = y }
  v128.store(d, scale(y0, f0))
  v128.store(d + dStep, scale(plus(even1, odd1), f1))
  v128.store(d + 2 * dStep, scale(minus(even1, odd1), f1))
  v128.store(d + 3 * dStep, scale(plus(even2, odd2), f2))
  v128.store(d + 4 * dStep, scale(minus(even2, odd2), f2))
  v128.store(d + 5 * dStep, last)
}

/** The factors of G: 1 / product of the distances between a point and the others. */
const G0: f32 = 0.25
const G1: f32 = -1.0 / 6.0
const G2: f32 = 1.0 / 24.0

/** One line of Gᵀ u: six values to r. */
@inline function filterLineBack(r: i32, s: Ptr, step: usize, d: Ptr, dStep: usize): void {
  const u1 = v128.load(s + step), u2 = v128.load(s + 2 * step), u3 = v128.load(s + 3 * step), u4 = v128.load(s + 4 * step)
  const u5 = v128.load(s + 5 * step)
  const sum1 = scale(plus(u1, u2), G1), dif1 = scale(minus(u1, u2), G1), sum2 = scale(plus(u3, u4), G2), dif2 = scale(minus(u3, u4), G2)
  v128.store(d, plus(plus(scale(v128.load(s), G0), sum1), sum2))
  const w1 = plus(dif1, scale(dif2, 2))
  v128.store(d + dStep, r == 2 ? plus(w1, u5) : w1)
  if (r > 2) { const w = plus(sum1, scale(sum2, 4)); v128.store(d + 2 * dStep, r == 3 ? plus(w, u5) : w) }
  if (r > 3) { const w = plus(dif1, scale(dif2, 8)); v128.store(d + 3 * dStep, r == 4 ? plus(w, u5) : w) }
  if (r > 4) v128.store(d + 4 * dStep, plus(plus(sum1, scale(sum2, 16)), u5))
}

/** Filters to U = G w Gᵀ, rows [lo, hi) of panels · Ci; the result is 36 right sides for `multiplyPacked`: U[36][panel][ci][8]. */
export function winogradFilter(lo: i32, hi: i32, scratch: Ptr, w: Ptr, r: i32, inner: i32, N: i32, out: Ptr): void {
  const K = r * r * inner, pointStep = <usize>panelFloats(inner, N) << 2, line = scratch, half = scratch + 25 * STEP
  for (let row = lo; row < hi; row++) {
    const panel = row / inner, c = row - panel * inner
    for (let side = 0; side < 2; side++) {
      const s = at(w, (panel * K + c) * 8 + side * 4)
      for (let tap = 0; tap < r * r; tap++) v128.store(line + <usize>tap * STEP, v128.load(at(s, tap * inner * 8)))
      for (let j = 0; j < r; j++) spreadLine(r, line + <usize>j * STEP, <usize>r * STEP, half + <usize>j * STEP, 6 * STEP, G0, G1, G2)
      const d = at(out, row * 8 + side * 4)
      for (let i = 0; i < 6; i++) spreadLine(r, half + <usize>(i * 6) * STEP, STEP, d + <usize>(i * 6) * pointStep, pointStep, G0, G1, G2)
    }
  }
}

/** U transposed for the input gradient, points [lo, hi) of 36: Ut[point][panel of ci][co][8]. */
export function winogradTranspose(lo: i32, hi: i32, scratch: Ptr, u: Ptr, inner: i32, N: i32, out: Ptr): void {
  const wide = panels(N) * 8
  for (let point = lo; point < hi; point++) {
    const s = at(u, point * panelFloats(inner, N)), d = at(out, point * panelFloats(N, inner))
    for (let c = 0; c < panels(inner) * 8; c++) {
      let p = at(s, c * 8), o = at(d, (c >> 3) * N * 8 + (c & 7))
      if (c >= inner) { for (let n = 0; n < N; n++, o += 32) store<f32>(o, 0); continue }
      for (let n = 0; n < wide; n += 8, p += <usize>inner << 5) {
        const columns = min(N - n, 8)
        for (let q = 0; q < columns; q++, o += 32) store<f32>(o, load<f32>(at(p, q)))
      }
    }
  }
}

/** 36 matrix products: out[point][rows][outStep] = V[point][rows][vStep] · right[point], K deep, N wide; up to 3 more rows are written. */
function multiplyPoints(v: Ptr, rows: i32, vStep: i32, K: i32, right: Ptr, N: i32, out: Ptr, outStep: i32, scratch: Ptr): void {
  const step = <usize>vStep << 2, most = blockRows(K)
  for (let point = 0; point < 36; point++) {
    for (let m = 0; m < rows; m += most) {
      const end = min(m + most, rows)
      let d = scratch, r = v + <usize>m * step
      for (let t = m; t < end; t += 4, r += 4 * step) {
        d = packRows(r, t + 1 < end ? r + step : r, t + 2 < end ? r + 2 * step : r, t + 3 < end ? r + 3 * step : r, K, d)
      }
      multiplyPlain(scratch, end - m, K, right, at(out, m * outStep), outStep, N)
    }
    v += <usize>planeOf(rows, vStep) << 2
    right += <usize>panelFloats(K, N) << 2
    out += <usize>planeOf(rows, outStep) << 2
  }
}

/** Tiles of images [n0, n1) into V[point][tile][vStep]; what lies outside the image counts as 0. */
function dataTiles(n0: i32, n1: i32, x: Ptr, H: i32, W: i32, C: i32, top: i32, left: i32, m: i32, down: i32, across: i32, v: Ptr, vStep: i32, scratch: Ptr): void {
  const tiles = (n1 - n0) * down * across, pointStep = <usize>planeOf(tiles, vStep) << 2
  const half = scratch + 36 * STEP, zero = f32x4.splat(0)
  let t = 0
  for (let n = n0; n < n1; n++) for (let ty = 0; ty < down; ty++) for (let tx = 0; tx < across; tx++, t++) {
    const y0 = ty * m - top, x0 = tx * m - left, inside = y0 >= 0 && x0 >= 0 && y0 + 6 <= H && x0 + 6 <= W
    const image = at(x, n * H * W * C), corner = at(image, (y0 * W + x0) * C)
    for (let c = 0; c < C; c += 4) {
      const d = at(v, t * vStep + c), count = C - c
      if (inside && count >= 4) {
        const s = at(corner, c), row = <usize>(W * C) << 2, col = <usize>C << 2
        for (let j = 0; j < 6; j++) dataLine(s + <usize>j * col, row, half + <usize>j * STEP, 6 * STEP)
      } else {
        for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) {
          const yy = y0 + i, xx = x0 + j, there = yy >= 0 && yy < H && xx >= 0 && xx < W
          v128.store(scratch + <usize>(i * 6 + j) * STEP, there ? loadSome(at(image, (yy * W + xx) * C + c), count) : zero)
        }
        for (let j = 0; j < 6; j++) dataLine(scratch + <usize>j * STEP, 6 * STEP, half + <usize>j * STEP, 6 * STEP)
      }
      for (let i = 0; i < 6; i++) dataLine(half + <usize>(i * 6) * STEP, STEP, d + <usize>(i * 6) * pointStep, pointStep)
    }
  }
}

/** M[point][tile][mStep] to the outputs of images [n0, n1), with bias and ReLU. */
@inline function outputTilesOf(size: i32, n0: i32, n1: i32, mm: Ptr, mStep: i32, OH: i32, OW: i32, N: i32, down: i32, across: i32, bias: Ptr, relu: i32, y: Ptr, scratch: Ptr): void {
  const tiles = (n1 - n0) * down * across, pointStep = <usize>planeOf(tiles, mStep) << 2, half = scratch + 36 * STEP
  let t = 0
  for (let n = n0; n < n1; n++) for (let ty = 0; ty < down; ty++) for (let tx = 0; tx < across; tx++, t++) {
    const rows = min(size, OH - ty * size), cols = min(size, OW - tx * size)
    for (let c = 0; c < N; c += 4) {
      const s = at(mm, t * mStep + c), count = N - c, b = bias ? v128.load(at(bias, c)) : f32x4.splat(0)
      for (let j = 0; j < 6; j++) outputLine(size, s + <usize>j * pointStep, 6 * pointStep, half + <usize>j * STEP, 6 * STEP)
      for (let i = 0; i < rows; i++) {
        outputLine(size, half + <usize>(i * 6) * STEP, STEP, scratch, STEP)
        let o = at(y, ((n * OH + ty * size + i) * OW + tx * size) * N + c)
        for (let j = 0; j < cols; j++, o += <usize>N << 2) {
          let v = f32x4.add(v128.load(scratch + <usize>j * STEP), b)
          if (relu) v = relu4(v)
          storeSome(o, v, count)
        }
      }
    }
  }
}

function outputTiles(m: i32, n0: i32, n1: i32, mm: Ptr, mStep: i32, OH: i32, OW: i32, N: i32, down: i32, across: i32, bias: Ptr, relu: i32, y: Ptr, scratch: Ptr): void {
  if (m == 4) outputTilesOf(4, n0, n1, mm, mStep, OH, OW, N, down, across, bias, relu, y, scratch)
  else if (m == 2) outputTilesOf(2, n0, n1, mm, mStep, OH, OW, N, down, across, bias, relu, y, scratch)
  else if (m == 3) outputTilesOf(3, n0, n1, mm, mStep, OH, OW, N, down, across, bias, relu, y, scratch)
  else outputTilesOf(5, n0, n1, mm, mStep, OH, OW, N, down, across, bias, relu, y, scratch)
}

/** Output gradients of images [n0, n1) to dM[point][tile][mStep]; places outside the output count as 0. */
@inline function gradientTilesOf(size: i32, n0: i32, n1: i32, dy: Ptr, OH: i32, OW: i32, N: i32, down: i32, across: i32, mm: Ptr, mStep: i32, scratch: Ptr): void {
  const tiles = (n1 - n0) * down * across, pointStep = <usize>planeOf(tiles, mStep) << 2, half = scratch + 36 * STEP, zero = f32x4.splat(0)
  let t = 0
  for (let n = n0; n < n1; n++) for (let ty = 0; ty < down; ty++) for (let tx = 0; tx < across; tx++, t++) {
    const rows = min(size, OH - ty * size), cols = min(size, OW - tx * size), corner = at(dy, ((n * OH + ty * size) * OW + tx * size) * N)
    for (let c = 0; c < N; c += 4) {
      const s = at(corner, c), count = N - c, d = at(mm, t * mStep + c)
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) {
        v128.store(scratch + <usize>(i * size + j) * STEP, i < rows && j < cols ? loadSome(at(s, (i * OW + j) * N), count) : zero)
      }
      for (let j = 0; j < size; j++) spreadLine(size, scratch + <usize>j * STEP, <usize>size * STEP, half + <usize>j * STEP, 6 * STEP, 1, 1, 1)
      for (let i = 0; i < 6; i++) spreadLine(size, half + <usize>(i * 6) * STEP, STEP, d + <usize>(i * 6) * pointStep, pointStep, 1, 1, 1)
    }
  }
}

function gradientTiles(m: i32, n0: i32, n1: i32, dy: Ptr, OH: i32, OW: i32, N: i32, down: i32, across: i32, mm: Ptr, mStep: i32, scratch: Ptr): void {
  if (m == 4) gradientTilesOf(4, n0, n1, dy, OH, OW, N, down, across, mm, mStep, scratch)
  else if (m == 2) gradientTilesOf(2, n0, n1, dy, OH, OW, N, down, across, mm, mStep, scratch)
  else if (m == 3) gradientTilesOf(3, n0, n1, dy, OH, OW, N, down, across, mm, mStep, scratch)
  else gradientTilesOf(5, n0, n1, dy, OH, OW, N, down, across, mm, mStep, scratch)
}

/** dV[point][tile][vStep] added up into the input gradients of images [n0, n1). */
function scatterTiles(n0: i32, n1: i32, v: Ptr, vStep: i32, H: i32, W: i32, C: i32, top: i32, left: i32, m: i32, down: i32, across: i32, dx: Ptr, scratch: Ptr): void {
  const tiles = (n1 - n0) * down * across, pointStep = <usize>planeOf(tiles, vStep) << 2, half = scratch + 36 * STEP
  clear(at(dx, n0 * H * W * C), (n1 - n0) * H * W * C)
  let t = 0
  for (let n = n0; n < n1; n++) for (let ty = 0; ty < down; ty++) for (let tx = 0; tx < across; tx++, t++) {
    const y0 = ty * m - top, x0 = tx * m - left, i0 = max(0, -y0), i1 = min(6, H - y0), j0 = max(0, -x0), j1 = min(6, W - x0)
    for (let c = 0; c < C; c += 4) {
      const s = at(v, t * vStep + c), count = C - c
      for (let j = 0; j < 6; j++) dataLineBack(s + <usize>j * pointStep, 6 * pointStep, half + <usize>j * STEP, 6 * STEP)
      for (let i = i0; i < i1; i++) {
        dataLineBack(half + <usize>(i * 6) * STEP, STEP, scratch, STEP)
        let o = at(dx, ((n * H + y0 + i) * W + x0 + j0) * C + c)
        for (let j = j0; j < j1; j++, o += <usize>C << 2) storeSome(o, f32x4.add(loadSome(o, count), v128.load(scratch + <usize>j * STEP)), count)
      }
    }
  }
}

/** Scratch of the line transforms. */
const LINES: usize = 72 * 16

/** Floats between two points of transformed data: an odd number of cache lines, so that the 36 do not fall into the same cache set. */
@inline function planeOf(tiles: i32, step: i32): i32 { return ((even4(tiles) * step + 15) & ~15) | 16 }

@inline function even4(n: i32): i32 { return (n + 3) & ~3 }

/** Forward convolution of blocks [lo, hi) of `group` images each, from transformed filters. */
export function winogradForward(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, top: i32, left: i32, r: i32, OH: i32, OW: i32, N: i32, batch: i32, group: i32, u: Ptr, bias: Ptr, relu: i32, y: Ptr,
): void {
  const m = 7 - r, down = (OH + m - 1) / m, across = (OW + m - 1) / m, vStep = even4(C), mStep = panels(N) * 8
  for (let block = lo; block < hi; block++) {
    const n0 = block * group, n1 = min(n0 + group, batch), tiles = (n1 - n0) * down * across
    const v = scratch + LINES, mm = at(v, 36 * planeOf(tiles, vStep)), rest = at(mm, 36 * planeOf(tiles, mStep))
    dataTiles(n0, n1, x, H, W, C, top, left, m, down, across, v, vStep, scratch)
    multiplyPoints(v, tiles, vStep, C, u, mStep, mm, mStep, rest)
    outputTiles(m, n0, n1, mm, mStep, OH, OW, N, down, across, bias, relu, y, scratch)
  }
}

/**
 * Both gradients of parts [lo, hi) of the batch, `group` images at a time: the input gradient unless `dx` is 0, and this part's
 * copy of the transformed filter gradient dU[36][panel][ci][8] at `du`, of the bias gradient at `db` (unless 0), `partStep` apart.
 */
export function winogradGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, top: i32, left: i32, r: i32, dy: Ptr, OH: i32, OW: i32, N: i32,
  batch: i32, group: i32, parts: i32, ut: Ptr, dx: Ptr, gate: Ptr, du: Ptr, db: Ptr, partStep: i32,
): void {
  const m = 7 - r, down = (OH + m - 1) / m, across = (OW + m - 1) / m, vStep = even4(C), mStep = panels(N) * 8, wide = panels(C) * 8
  const size = H * W * C, plane = panelFloats(C, N)
  for (let part = lo; part < hi; part++) {
    const grad = du ? at(du, part * partStep) : 0, bias = db ? at(db, part * partStep) : 0, last = ((part + 1) * batch) / parts
    if (grad) clear(grad, 36 * plane)
    if (bias) clear(bias, mStep)
    for (let n0 = (part * batch) / parts; n0 < last; n0 += group) {
      const n1 = min(n0 + group, last), tiles = (n1 - n0) * down * across
      const mm = scratch + LINES, v = at(mm, 36 * planeOf(tiles, mStep)), rest = at(v, 36 * planeOf(tiles, max(wide, vStep)))
      gradientTiles(m, n0, n1, dy, OH, OW, N, down, across, mm, mStep, scratch)
      if (grad) {
        dataTiles(n0, n1, x, H, W, C, top, left, m, down, across, v, vStep, scratch)
        for (let point = 0; point < 36; point++) {
          const vp = at(v, point * planeOf(tiles, vStep)), mp = at(mm, point * planeOf(tiles, mStep)), g = at(grad, point * plane)
          for (let p = 0; p < N; p += 8) {
            for (let c = 0; c < C; c += 4) gradPanel(C - c, at(vp, c), at(mp, p), tiles, <usize>vStep << 2, <usize>mStep << 2, at(g, (p * C) + c * 8), N - p)
          }
        }
      }
      if (bias) addColumnSums(at(dy, n0 * OH * OW * N), (n1 - n0) * OH * OW, N, bias)
      if (dx) {
        multiplyPoints(mm, tiles, mStep, N, ut, wide, v, wide, rest)
        scatterTiles(n0, n1, v, wide, H, W, C, top, left, m, down, across, dx, scratch)
        if (gate) gateInPlace(at(dx, n0 * size), at(gate, n0 * size), (n1 - n0) * size)
      }
    }
  }
}

/** dW = Gᵀ (sum of the parts' dU) G, rows [lo, hi) of panels · Ci, into the panels of the weight gradient. */
export function winogradFilterGradient(lo: i32, hi: i32, scratch: Ptr, du: Ptr, parts: i32, partStep: i32, r: i32, inner: i32, N: i32, dw: Ptr): void {
  const K = r * r * inner, plane = panelFloats(inner, N), half = scratch + 36 * STEP
  for (let row = lo; row < hi; row++) {
    const panel = row / inner, c = row - panel * inner
    for (let side = 0; side < 2; side++) {
      const s = at(du, row * 8 + side * 4)
      for (let point = 0; point < 36; point++) {
        let sum = v128.load(at(s, point * plane))
        for (let p = 1; p < parts; p++) sum = f32x4.add(sum, v128.load(at(s, p * partStep + point * plane)))
        v128.store(scratch + <usize>point * STEP, sum)
      }
      for (let j = 0; j < 6; j++) filterLineBack(r, scratch + <usize>j * STEP, 6 * STEP, half + <usize>j * STEP, 6 * STEP)
      const o = at(dw, (panel * K + c) * 8 + side * 4), tapStep = <usize>inner << 5
      for (let i = 0; i < r; i++) filterLineBack(r, half + <usize>(i * 6) * STEP, STEP, o + <usize>(i * r) * tapStep, tapStep)
    }
  }
}
