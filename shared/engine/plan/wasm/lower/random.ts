import { job } from '../../../../kernels/wasm/program.ts'
import type { PlanNode } from '../../plan.ts'
import type { Builder, MakeJob } from '../builder.ts'
import type { Lower } from './define.ts'

/** Where the counter of steps lies, and what each layer draws by. */
export interface Draws {
  readonly clock: number
  salt(id: string): number
}

/** In inference values pass as they are. */
const passInInference = (b: Builder, node: PlanNode): void => {
  const { at: x, size } = b.input(node)
  const out = b.output(node).at
  b.infer(batch => job('copyRows', batch, b.grain(batch), { x, xStep: size, out, outStep: size, count: size }))
}

/** Random values replaced while training; the step, the layer and the place make each draw, so that the gradient can make it again. */
export const makeLowerDropout =
  ({ clock, salt }: Draws): Lower<'dropout'> =>
  (b, node) => {
    const { rate, alongSteps, repair } = node.op
    const { size, at: x } = b.input(node)
    const [steps = 1, C = 1] = node.shape
    const keep = Math.fround(1 - rate)
    const { scale, offset, dropped } = repair ?? { scale: 1 / keep, offset: 0, dropped: 0 }
    const drawn = { clock, salt: salt(node.id), keep, scale }
    const make = (x: number, out: number, gate: number, added: { readonly offset: number; readonly dropped: number }): MakeJob =>
      alongSteps
        ? batch => job('dropoutSteps', batch, b.grain(batch), { x, steps, C, out, ...drawn, gate })
        : batch => b.each('dropout', batch * size, { x, out, ...drawn, ...added, gate })
    b.train(make(x, b.output(node).at, 0, { offset, dropped }))
    passInInference(b, node)
    return dy => {
      const target = b.inputGradient(node)
      if (target) b.backward(make(dy, target.to, target.gate, { offset: 0, dropped: 0 }))
    }
  }

/** Normal noise while training, added or as factors. */
export const makeLowerNoise =
  ({ clock, salt }: Draws): Lower<'noise'> =>
  (b, node) => {
    const { deviation, times } = node.op
    const { size, at: x } = b.input(node)
    const drawn = { clock, salt: salt(node.id), deviation, times: times ? 1 : 0 }
    b.train(batch => b.each('noise', batch * size, { x, out: b.output(node).at, ...drawn, gate: 0 }))
    passInInference(b, node)
    return dy => {
      if (!times) {
        b.passGradient(node, 0, dy)
        return
      }
      const target = b.inputGradient(node)
      if (target) b.backward(batch => b.each('noise', batch * size, { x: dy, out: target.to, ...drawn, gate: target.gate }))
    }
  }
