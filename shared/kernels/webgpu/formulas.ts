import type { Activation } from '../../layers/lib/activations.ts'
import { float } from './kernel.ts'

/** `missing(x)`: whether x is NaN, by its bits, because comparisons with NaN mean what the card likes. */
export const MISSING = 'fn missing(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }'

/**
 * Functions that WGSL lacks or whose own versions overflow on some cards; error function after Abramowitz & Stegun 7.1.26, as in tfjs.
 * `between`, `power` (e^x) and `ln` let NaN through, so that broken numbers show in the loss.
 */
export const FUNCTIONS = `${MISSING}
fn between(x: f32, low: f32, high: f32) -> f32 { return select(select(x, high, x > high), low, x < low); }
fn power(x: f32) -> f32 { return select(exp(between(x, -87.0, 87.0)), x, missing(x)); }
fn ln(x: f32) -> f32 { return select(log(x), x, missing(x)); }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + power(-x)); }
fn tangent(x: f32) -> f32 {
  let z = x * x;
  let near = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z - 3.33332819422e-1) * z * x + x;
  let far = 1.0 - 2.0 / (power(2.0 * x) + 1.0);
  return select(far, near, abs(x) < 0.625);
}
fn logPlus(x: f32) -> f32 {
  let u = 1.0 + x;
  return select(log(u) * x / (u - 1.0), x, u == 1.0);
}
fn softplus(x: f32) -> f32 { return max(x, 0.0) + logPlus(power(-abs(x))); }
fn errorOf(x: f32) -> f32 {
  let a = abs(x);
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return sign(x) * (1.0 - p * exp(-a * a));
}`

const SCALE = 1.0507009873554805
const ALPHA = 1.6732632423543772

/** An activation and its slope, as WGSL expressions of `z`. */
interface Formula {
  readonly value: string
  readonly slope: string
}

/** Every activation that works value by value; formulas as in `kernels/asm/activation.ts`. */
export const formulas: Readonly<Record<Exclude<Activation, 'softmax'>, Formula>> = {
  linear: { value: 'z', slope: '1.0' },
  relu: { value: 'select(z, 0.0, z <= 0.0)', slope: 'select(0.0, 1.0, z > 0.0)' },
  relu6: { value: 'select(select(z, 0.0, z <= 0.0), 6.0, z > 6.0)', slope: 'select(0.0, 1.0, z > 0.0 && z <= 6.0)' },
  elu: { value: 'select(exp(z) - 1.0, z, z >= 0.0)', slope: 'select(exp(z), 1.0, z >= 0.0)' },
  selu: {
    value: `${float(SCALE)} * select(${float(ALPHA)} * (exp(z) - 1.0), z, z >= 0.0)`,
    slope: `${float(SCALE)} * select(${float(ALPHA)} * exp(z), 1.0, z > 0.0)`,
  },
  gelu: {
    value: '0.5 * z * (1.0 + errorOf(z * 0.70710678))',
    slope: '0.5 * (1.0 + errorOf(z * 0.70710678)) + z * 0.39894228 * exp(-0.5 * z * z)',
  },
  swish: { value: 'z * sigmoid(z)', slope: 'sigmoid(z) * (1.0 + z * (1.0 - sigmoid(z)))' },
  mish: {
    value: 'z * tangent(softplus(z))',
    slope: 'tangent(softplus(z)) + z * (1.0 - tangent(softplus(z)) * tangent(softplus(z))) * sigmoid(z)',
  },
  sigmoid: { value: 'sigmoid(z)', slope: 'sigmoid(z) * (1.0 - sigmoid(z))' },
  hardSigmoid: { value: 'between(0.2 * z + 0.5, 0.0, 1.0)', slope: 'select(0.0, 0.2, 0.2 * z + 0.5 >= 0.0 && 0.2 * z + 0.5 <= 1.0)' },
  tanh: { value: 'tangent(z)', slope: '1.0 - tangent(z) * tangent(z)' },
  softplus: { value: 'softplus(z)', slope: 'sigmoid(z)' },
  softsign: { value: 'z / (1.0 + abs(z))', slope: '1.0 / ((1.0 + abs(z)) * (1.0 + abs(z)))' },
}
