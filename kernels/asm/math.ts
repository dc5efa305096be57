// Elementary functions on four floats at once: polynomials after Moshier's Cephes library, about 2 units in the last place.

@inline function poly(x: v128, p: v128, c: f32): v128 { return f32x4.add(f32x4.mul(p, x), f32x4.splat(c)) }

/** e^x; inputs below -87.3 give the least normal number, above 88.3 about 2.4e38; NaN stays NaN. */
export function exp4(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(88.3)), f32x4.splat(-87.3))
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)))
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)))
  let p = poly(r, f32x4.splat(1.9875691500e-4), 1.3981999507e-3)
  p = poly(r, p, 8.3334519073e-3)
  p = poly(r, p, 4.1665795894e-2)
  p = poly(r, p, 1.6666665459e-1)
  p = poly(r, p, 5.0000001201e-1)
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

/** ln x for normal x above 0; NaN and infinity stay, 0 and below give about -88 or NaN. */
export function log4(x: v128): v128 {
  const one = f32x4.splat(1)
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126)))
  let m = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000))
  const low = f32x4.lt(m, f32x4.splat(0.707106781186547524))
  e = f32x4.sub(e, v128.and(low, one))
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), one)
  const z = f32x4.mul(m, m)
  let p = poly(m, f32x4.splat(7.0376836292e-2), -1.1514610310e-1)
  p = poly(m, p, 1.1676998740e-1)
  p = poly(m, p, -1.2420140846e-1)
  p = poly(m, p, 1.4249322787e-1)
  p = poly(m, p, -1.6668057665e-1)
  p = poly(m, p, 2.0000714765e-1)
  p = poly(m, p, -2.4999993993e-1)
  p = poly(m, p, 3.3333331174e-1)
  let y = f32x4.mul(f32x4.mul(p, m), z)
  y = f32x4.add(y, f32x4.mul(e, f32x4.splat(-2.12194440e-4)))
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)))
  const result = f32x4.add(f32x4.add(m, y), f32x4.mul(e, f32x4.splat(0.693359375)))
  return v128.bitselect(result, x, f32x4.lt(f32x4.abs(x), f32x4.splat(Infinity)))
}

/** 1 / (1 + e^-x). */
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))))
}

/** tanh x: a polynomial near 0, by e^2x elsewhere. */
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1), z = f32x4.mul(x, x)
  let p = poly(z, f32x4.splat(-5.70498872745e-3), 2.06390887954e-2)
  p = poly(z, p, -5.37397155531e-2)
  p = poly(z, p, 1.33314422036e-1)
  p = poly(z, p, -3.33332819422e-1)
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x)
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(x, x)), one)))
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.625)))
}

/** ln(1 + e^x), without overflow. */
export function softplus4(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log4(f32x4.add(one, exp4(f32x4.neg(f32x4.abs(x))))))
}

/** The error function (Abramowitz & Stegun 7.1.26, as in tfjs; error up to 1.5e-7). */
export function erf4(x: v128): v128 {
  const one = f32x4.splat(1), a = f32x4.abs(x)
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.splat(0.3275911), a)))
  let p = poly(t, f32x4.splat(1.061405429), -1.453152027)
  p = poly(t, p, 1.421413741)
  p = poly(t, p, -0.284496736)
  p = poly(t, p, 0.254829592)
  const y = f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), exp4(f32x4.neg(f32x4.mul(a, a)))))
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)))
}
