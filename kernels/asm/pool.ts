// Pooling with any window, stride and padding; images [lo, hi). Places outside the image take no part.
import { at, clear, gate4, gateInPlace, loadSome, Ptr, storeSome } from './all'

/** Largest value of each window. */
export function maxPool(lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32, y: Ptr): void {
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

/** Its gradient: the first largest value of a window takes it. With `relu` only values above 0 do. `apart`: no two windows share a place. */
export function maxPoolGradient(
  lo: i32, hi: i32, scratch: Ptr, x: Ptr, H: i32, W: i32, C: i32, FH: i32, FW: i32, SH: i32, SW: i32, top: i32, left: i32, OH: i32, OW: i32, y: Ptr, dy: Ptr, dx: Ptr, relu: i32, covers: i32,
): void {
  const size = H * W * C
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
