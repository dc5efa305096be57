import { float } from '../../../../kernels/webgpu/kernel.ts'
import { mixSeed } from '../../../../rng.ts'
import { each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** 32 random bits of value and key; the same as in `kernels/asm/layout.ts`, so that both executors draw the same masks. */
const BITS = `fn bits(i: u32, key: u32) -> u32 {
  var h = i * 0x9e3779b1u + key;
  h ^= h >> 16u; h *= 0x21f0aaadu;
  h ^= h >> 15u; h *= 0x735a2d97u;
  return h ^ (h >> 15u);
}`

/** Random zeros while training; step, layer and place make each mask, so that the gradient can make it again. */
export const makeLowerDropout =
  (seed: number): Lower<'dropout'> =>
  (b, node) => {
    const { range: x, size } = b.input(node)
    const y = b.output(node).range
    const salt = mixSeed(seed, 'dropout', node.id)
    const keep = Math.fround(1 - node.op.rate)
    const limit = Math.trunc(Math.fround(keep * 4294967040))
    const masked = (from: string) =>
      `    let key = (now.clock ^ ${salt}u) * 0x2c1b3c6du + 0x297a2d39u;
    let v = select(0.0, ${from}[i] * ${float(1 / keep)}, bits(i, key) < ${limit}u);`
    const bindings = [
      { name: 'x', range: x },
      { name: 'y', range: y, written: true },
    ]
    b.train(each(`dropout ${node.id}`, size, bindings, `${masked('x')} y[i] = v;`, BITS))
    b.infer(each(`dropout ${node.id}`, size, bindings, '    y[i] = x[i];'))
    return dy => {
      const target = b.inputGradient(node)
      if (!target) return
      const back = [{ name: 'dy', range: dy }, ...targetBindings(target)]
      b.backward(each(`dropout ${node.id} gradient`, size, back, `${masked('dy')} ${gated(target.gate)}`, BITS))
    }
  }
