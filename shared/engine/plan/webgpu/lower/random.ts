import { float } from '../../../../kernels/webgpu/kernel.ts'
import { mixSeed } from '../../../../rng.ts'
import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'
import { type Binding, each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** 32 random bits of value and key, and normal numbers from them; the same as in `kernels/asm/random.ts`, so that both executors draw the same. */
const BITS = `fn bits(i: u32, key: u32) -> u32 {
  var h = i * 0x9e3779b1u + key;
  h ^= h >> 16u; h *= 0x21f0aaadu;
  h ^= h >> 15u; h *= 0x735a2d97u;
  return h ^ (h >> 15u);
}`
const NORMAL = `${BITS}
fn normal(i: u32, key: u32) -> f32 {
  let u = (f32(bits(i, key) >> 9u) + 0.5) * 2.384185791015625e-7 - 1.0;
  let w = -log((1.0 - u) * (1.0 + u));
  let a = w - 2.5;
  let p = (((((((2.81022636e-8 * a + 3.43273939e-7) * a - 3.5233877e-6) * a - 4.39150654e-6) * a + 2.1858087e-4) * a - 1.25372503e-3) * a
    - 4.17768164e-3) * a + 2.46640727e-1) * a + 1.50140941;
  let b = sqrt(max(w, 0.0)) - 3.0;
  let q = (((((((-2.00214257e-4 * b + 1.00950558e-4) * b + 1.34934322e-3) * b - 3.67342844e-3) * b + 5.73950773e-3) * b - 7.6224613e-3) * b
    + 9.43887047e-3) * b + 1.00167406) * b + 2.83297682;
  return 1.4142135623730951 * u * select(q, p, w < 5.0);
}`

/** WGSL: what a layer draws by in this step. */
const keyOf = (seed: number, { id }: PlanNode): string =>
  `    let key = (now.clock ^ ${mixSeed(seed, 'dropout', id)}u) * 0x2c1b3c6du + 0x297a2d39u;`

/** `drawn` sets v from x[i] while training; in inference values pass as they are. */
const lowerForward = (b: Builder, node: PlanNode, name: string, drawn: string, head: string): void => {
  const { range: x, size } = b.input(node)
  const bindings: readonly Binding[] = [
    { name: 'x', range: x },
    { name: 'y', range: b.output(node).range, written: true },
  ]
  b.train(each(`${name} ${node.id}`, size, bindings, `${drawn} y[i] = v;`, head))
  b.infer(each(`${name} ${node.id}`, size, bindings, '    y[i] = x[i];'))
}

/** Random values replaced while training; the step, the layer and the place make each draw, so that the gradient can make it again. */
export const makeLowerDropout =
  (seed: number): Lower<'dropout'> =>
  (b, node) => {
    const { rate, alongSteps, repair } = node.op
    const { size } = b.input(node)
    const keep = Math.fround(1 - rate)
    const { scale, offset, dropped } = repair ?? { scale: 1 / keep, offset: 0, dropped: 0 }
    const width = node.shape.at(-1) ?? 1
    const place = alongSteps ? `i / ${size}u * ${width}u + i % ${width}u` : 'i'
    const replaced = (value: string, by: number) => `${keyOf(seed, node)}
    let v = select(${float(by)}, ${value}, bits(${place}, key) < ${Math.trunc(Math.fround(keep * 4294967040))}u);`
    lowerForward(b, node, 'dropout', replaced(`x[i] * ${float(scale)} + ${float(offset)}`, dropped), BITS)
    return dy => {
      const target = b.inputGradient(node)
      if (!target) return
      const back = [{ name: 'dy', range: dy }, ...targetBindings(target)]
      b.backward(each(`dropout ${node.id} gradient`, size, back, `${replaced(`dy[i] * ${float(scale)}`, 0)} ${gated(target.gate)}`, BITS))
    }
  }

/** Normal noise while training, added or as factors. */
export const makeLowerNoise =
  (seed: number): Lower<'noise'> =>
  (b, node) => {
    const { times } = node.op
    const deviation = float(node.op.deviation)
    const noisy = (value: string) => `${keyOf(seed, node)}
    let drawn = normal(i, key) * ${deviation}; let v = ${times ? `${value} * (1.0 + drawn)` : `${value} + drawn`};`
    lowerForward(b, node, 'noise', noisy('x[i]'), NORMAL)
    return dy => {
      if (!times) {
        b.passGradient(node, 0, dy)
        return
      }
      const target = b.inputGradient(node)
      if (!target) return
      const back = [{ name: 'dy', range: dy }, ...targetBindings(target)]
      b.backward(each(`noise ${node.id} gradient`, b.input(node).size, back, `${noisy('dy[i]')} ${gated(target.gate)}`, NORMAL))
    }
  }
