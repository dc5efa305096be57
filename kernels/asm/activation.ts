// Activations by number: relu 1, relu6 2, elu 3, selu 4, gelu 5, swish 7, mish 8, sigmoid 9, hardSigmoid 10,
// tanh 11, softplus 13, softsign 14 (softmax, 12, works on rows and is below). Gradients are taken at the input z.
import { at, gate4, laneMask, loadSome, Ptr, relu4, storeSome, sum4 } from './all'
import { erf4, exp4, sigmoid4, softplus4, tanh4 } from './math'

const SELU_SCALE: f32 = 1.0507009873554804934193349852946
const SELU_ALPHA: f32 = 1.6732632423543772848170429916717

@inline function s(x: f32): v128 { return f32x4.splat(x) }

function valueOf(kind: i32, z: v128): v128 {
  switch (kind) {
    case 1: return relu4(z)
    case 2: return f32x4.min(f32x4.max(z, s(0)), s(6))
    case 3: return v128.bitselect(z, f32x4.sub(exp4(z), s(1)), f32x4.ge(z, s(0)))
    case 4: return f32x4.mul(s(SELU_SCALE), v128.bitselect(z, f32x4.mul(s(SELU_ALPHA), f32x4.sub(exp4(z), s(1))), f32x4.ge(z, s(0))))
    case 5: return f32x4.mul(f32x4.mul(s(0.5), z), f32x4.add(s(1), erf4(f32x4.mul(z, s(0.70710678118654752)))))
    case 7: return f32x4.mul(z, sigmoid4(z))
    case 8: return f32x4.mul(z, tanh4(softplus4(z)))
    case 9: return sigmoid4(z)
    case 10: return f32x4.min(f32x4.max(f32x4.add(f32x4.mul(z, s(0.2)), s(0.5)), s(0)), s(1))
    case 11: return tanh4(z)
    case 13: return softplus4(z)
    case 14: return f32x4.div(z, f32x4.add(s(1), f32x4.abs(z)))
    default: return z
  }
}

function slopeOf(kind: i32, z: v128): v128 {
  const one = s(1), above = f32x4.gt(z, s(0))
  switch (kind) {
    case 1: return v128.and(one, above)
    case 2: return v128.and(one, v128.and(above, f32x4.le(z, s(6))))
    case 3: return v128.bitselect(one, exp4(z), f32x4.ge(z, s(0)))
    case 4: return f32x4.mul(s(SELU_SCALE), v128.bitselect(one, f32x4.mul(s(SELU_ALPHA), exp4(z)), above))
    case 5: {
      const density = f32x4.mul(s(0.39894228040143268), exp4(f32x4.mul(s(-0.5), f32x4.mul(z, z))))
      return f32x4.add(f32x4.mul(s(0.5), f32x4.add(one, erf4(f32x4.mul(z, s(0.70710678118654752))))), f32x4.mul(z, density))
    }
    case 7: {
      const g = sigmoid4(z)
      return f32x4.add(g, f32x4.mul(f32x4.mul(z, g), f32x4.sub(one, g)))
    }
    case 8: {
      const t = tanh4(softplus4(z))
      return f32x4.add(t, f32x4.mul(f32x4.mul(z, f32x4.sub(one, f32x4.mul(t, t))), sigmoid4(z)))
    }
    case 9: {
      const g = sigmoid4(z)
      return f32x4.mul(g, f32x4.sub(one, g))
    }
    case 10: {
      const v = f32x4.add(f32x4.mul(z, s(0.2)), s(0.5))
      return v128.and(s(0.2), v128.and(f32x4.ge(v, s(0)), f32x4.le(v, one)))
    }
    case 11: {
      const t = tanh4(z)
      return f32x4.sub(one, f32x4.mul(t, t))
    }
    case 13: return sigmoid4(z)
    case 14: {
      const d = f32x4.add(one, f32x4.abs(z))
      return f32x4.div(one, f32x4.mul(d, d))
    }
    default: return one
  }
}

/** y = f(z), blocks [lo, hi) of 1024 floats. */
export function activate(lo: i32, hi: i32, scratch: Ptr, kind: i32, z: Ptr, n: i32, y: Ptr): void {
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) storeSome(at(y, i), valueOf(kind, loadSome(at(z, i), end - i)), end - i)
}

/** dz = dy · f'(z), blocks [lo, hi) of 1024 floats; `gate` (or 0) as in `multiply`. */
export function activateGradient(lo: i32, hi: i32, scratch: Ptr, kind: i32, z: Ptr, dy: Ptr, n: i32, dz: Ptr, gate: Ptr): void {
  for (let i = lo * 1024, end = min(hi * 1024, n); i < end; i += 4) {
    const count = end - i
    let g = f32x4.mul(loadSome(at(dy, i), count), slopeOf(kind, loadSome(at(z, i), count)))
    if (gate) g = gate4(g, loadSome(at(gate, i), count))
    storeSome(at(dz, i), g, count)
  }
}

/** Softmax of one row; returns the row's maximum plus ln of the sum, so that ln p = z − that. */
export function softmaxRow(z: Ptr, C: i32, y: Ptr): void {
  let top = s(-Infinity)
  for (let c = 0; c < C; c += 4) {
    const v = loadSome(at(z, c), C - c)
    top = f32x4.max(top, v128.bitselect(v, s(-Infinity), laneMask(C - c)))
  }
  const most = max(max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)), max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)))
  let sum = s(0)
  for (let c = 0; c < C; c += 4) {
    const e = exp4(f32x4.sub(loadSome(at(z, c), C - c), s(most)))
    sum = f32x4.add(sum, v128.and(e, laneMask(C - c)))
    storeSome(at(y, c), e, C - c)
  }
  const share = s(1 / sum4(sum))
  for (let c = 0; c < C; c += 4) storeSome(at(y, c), f32x4.mul(loadSome(at(y, c), C - c), share), C - c)
}

/** Softmax of rows [lo, hi). */
export function softmax(lo: i32, hi: i32, scratch: Ptr, z: Ptr, C: i32, y: Ptr): void {
  for (let r = lo; r < hi; r++) softmaxRow(at(z, r * C), C, at(y, r * C))
}

/** dz = (dy − Σ dy · y) · y for rows [lo, hi). */
export function softmaxGradient(lo: i32, hi: i32, scratch: Ptr, y: Ptr, dy: Ptr, C: i32, dz: Ptr, gate: Ptr): void {
  for (let r = lo; r < hi; r++) {
    const o = r * C
    let sum = s(0)
    for (let c = 0; c < C; c += 4) sum = f32x4.add(sum, f32x4.mul(loadSome(at(y, o + c), C - c), loadSome(at(dy, o + c), C - c)))
    const dot = s(sum4(sum))
    for (let c = 0; c < C; c += 4) {
      let g = f32x4.mul(f32x4.sub(loadSome(at(dy, o + c), C - c), dot), loadSome(at(y, o + c), C - c))
      if (gate) g = gate4(g, loadSome(at(gate, o + c), C - c))
      storeSome(at(dz, o + c), g, C - c)
    }
  }
}
