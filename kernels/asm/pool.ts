// Pooling with any window, stride and padding; images [lo, hi). Places outside the image take no part.
import { at, clear, gate4, gateInPlace, loadSome, Ptr, storeSome } from './all'

/** Windows of 2 x 2 side by side, 4 channels or more: rows of output pixels. */
function maxPoolHalves(n: i32, x: Ptr, H: i32, W: i32, C: i32, OH: i32, OW: i32, y: Ptr): void {
  const col = <usize>C << 2, row = <usize>(W * C) << 2
  let o = at(y, n * OH * OW * C)
  for (let h = 0; h < OH; h++) {
    let s = at(x, (n * H + 2 * h) * W * C)
    for (let w = 0; w < OW; w++, s += col) {
      let c = C
      for (; c >= 4; c -= 4, s += 16, o += 16) {
        const a = f32x4.pmax(v128.load(s), v128.load(s + col)), b = f32x4.pmax(v128.load(s + row), v128.load(s + row + col))
        v128.store(o, f32x4.pmax(a, b))
      }
      for (; c > 0; c--, s += 4, o += 4) {
        store<f32>(o, max(max(load<f32>(s), load<f32>(s + col)), max(load<f32>(s + row), load<f32>(s + row + col))))
      }
    }
  }
}

/** Gradient of one of those pools for image n; every place is written. */
function maxPoolHalvesGradient(n: i32, x: Ptr, H: i32, W: i32, C: i32, OH: i32, OW: i32, y: Ptr, dy: Ptr, dx: Ptr, relu: i32): void {
  const col = <usize>C << 2, row = <usize>(W * C) << 2, toX = dx - x
  let o = at(y, n * OH * OW * C), g0 = at(dy, n * OH * OW * C)
  for (let h = 0; h < OH; h++) {
    let s = at(x, (n * H + 2 * h) * W * C)
    for (let w = 0; w < OW; w++, s += col) {
      let c = C
      for (; c > 0; c -= 4) {
        const step = <usize>min(c, 4) << 2, best = loadSome(o, c)
        let g = loadSome(g0, c)
        if (relu) g = gate4(g, best)
        let hit = f32x4.eq(loadSome(s, c), best)
        storeSome(s + toX, v128.and(g, hit), c)
        g = v128.andnot(g, hit)
        hit = f32x4.eq(loadSome(s + col, c), best)
        storeSome(s + col + toX, v128.and(g, hit), c)
        g = v128.andnot(g, hit)
        hit = f32x4.eq(loadSome(s + row, c), best)
        storeSome(s + row + toX, v128.and(g, hit), c)
        g = v128.andnot(g, hit)
        hit = f32x4.eq(loadSome(s + row + col, c), best)
        storeSome(s + row + col + toX, v128.and(g, hit), c)
        s += step
        o += step
        g0 += step
      }
    }
  }
}

/** Largest value of each window. */
export function maxPool(lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32, y: Ptr): void {
  if (FH == 2 && FW == 2 && SH == 2 && SW == 2 && OH * 2 <= H && OW * 2 <= W) {
    for (let n = lo; n < hi; n++) maxPoolHalves(n, x, H, W, C, OH, OW, y)
    return
  }
  for (let n = lo; n < hi; n++) for (let h = 0; h < OH; h++) for (let w = 0; w < OW; w++) {
    const y0 = h * SH - top, x0 = w * SW - left, i0 = max(0, y0), i1 = min(H, y0 + FH), j0 = max(0, x0), j1 = min(W, x0 + FW)
    const o = at(y, ((n * OH + h) * OW + w) * C), image = at(x, n * H * W * C)
    for (let c = 0; c < C; c += 4) {
      const count = C - c
      let best = f32x4.splat(-Infinity)
      for (let i = i0; i < i1; i++) {
        let s = at(image, (i * W + j0) * C + c)
        for (let j = j0; j < j1; j++, s += <usize>C << 2) best = f32x4.pmax(loadSome(s, count), best)
      }
      storeSome(at(o, c), best, count)
    }
  }
}

/** Its gradient: the first largest value of a window takes it. With `relu` only values above 0 do. `covers`: the windows lie side by side and leave nothing out. */
export function maxPoolGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32, y: Ptr, dy: Ptr, dx: Ptr, relu: i32, covers: i32,
): void {
  const size = H * W * C
  if (covers && FH == 2 && FW == 2) {
    for (let n = lo; n < hi; n++) maxPoolHalvesGradient(n, x, H, W, C, OH, OW, y, dy, dx, relu)
    return
  }
  for (let n = lo; n < hi; n++) {
    const image = n * size
    if (!covers) clear(at(dx, image), size)
    for (let h = 0; h < OH; h++) for (let w = 0; w < OW; w++) {
      const y0 = h * SH - top, x0 = w * SW - left, i0 = max(0, y0), i1 = min(H, y0 + FH), j0 = max(0, x0), j1 = min(W, x0 + FW)
      const o = ((n * OH + h) * OW + w) * C
      for (let c = 0; c < C; c += 4) {
        const count = C - c, best = loadSome(at(y, o + c), count)
        let g = loadSome(at(dy, o + c), count)
        if (relu) g = gate4(g, best)
        for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) {
          const place = image + (i * W + j) * C + c, d = at(dx, place), hit = f32x4.eq(loadSome(at(x, place), count), best)
          const part = v128.and(g, hit)
          storeSome(d, covers ? part : f32x4.add(loadSome(d, count), part), count)
          g = v128.andnot(g, hit)
        }
      }
    }
  }
}

/** Mean of each window over the places inside the image. */
export function averagePool(lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32, y: Ptr): void {
  for (let n = lo; n < hi; n++) for (let h = 0; h < OH; h++) for (let w = 0; w < OW; w++) {
    const y0 = h * SH - top, x0 = w * SW - left, i0 = max(0, y0), i1 = min(H, y0 + FH), j0 = max(0, x0), j1 = min(W, x0 + FW)
    const o = at(y, ((n * OH + h) * OW + w) * C), image = at(x, n * H * W * C), share = f32x4.splat(<f32>1 / <f32>((i1 - i0) * (j1 - j0)))
    for (let c = 0; c < C; c += 4) {
      const count = C - c
      let sum = f32x4.splat(0)
      for (let i = i0; i < i1; i++) {
        let s = at(image, (i * W + j0) * C + c)
        for (let j = j0; j < j1; j++, s += <usize>C << 2) sum = f32x4.add(sum, loadSome(s, count))
      }
      storeSome(at(o, c), f32x4.mul(sum, share), count)
    }
  }
}

/** Its gradient; `gate` (or 0) as in `multiply`. */
export function averagePoolGradient(
  lo: i32, hi: i32, scratch: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32, dy: Ptr, dx: Ptr, gate: Ptr,
): void {
  const size = H * W * C
  for (let n = lo; n < hi; n++) {
    const image = at(dx, n * size)
    clear(image, size)
    for (let h = 0; h < OH; h++) for (let w = 0; w < OW; w++) {
      const y0 = h * SH - top, x0 = w * SW - left, i0 = max(0, y0), i1 = min(H, y0 + FH), j0 = max(0, x0), j1 = min(W, x0 + FW)
      const o = at(dy, ((n * OH + h) * OW + w) * C), share = f32x4.splat(<f32>1 / <f32>((i1 - i0) * (j1 - j0)))
      for (let c = 0; c < C; c += 4) {
        const count = C - c, g = f32x4.mul(loadSome(at(o, c), count), share)
        for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) {
          const d = at(image, (i * W + j) * C + c)
          storeSome(d, f32x4.add(loadSome(d, count), g), count)
        }
      }
    }
    if (gate) gateInPlace(image, at(gate, n * size), size)
  }
}
