import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'
import { lowerActivation } from './activation.ts'
import { lowerAdd } from './add.ts'
import { lowerBatchNorm } from './batchNorm.ts'
import { lowerConcatenate } from './concatenate.ts'
import { lowerConv2d } from './conv2d.ts'
import type { Lower } from './define.ts'
import { lowerDense } from './dense.ts'
import { makeLowerDropout } from './dropout.ts'
import { lowerPad } from './pad.ts'
import { lowerPool } from './pool.ts'

type Operation = Exclude<PlanNode['op']['op'], 'input' | 'reshape'>

/** Adds all forward jobs; `backward` then adds those of the gradients, once the loss has named where its gradient lies. */
export const lowerAll = (b: Builder, seed: number): { backward(): void } => {
  const lowers: { readonly [O in Operation]: Lower<O> } = {
    conv2d: lowerConv2d,
    dense: lowerDense,
    pool: lowerPool,
    batchNorm: lowerBatchNorm,
    activation: lowerActivation,
    dropout: makeLowerDropout(seed),
    pad: lowerPad,
    add: lowerAdd,
    concatenate: lowerConcatenate,
  }
  const backs = b.plan.nodes.map(node => {
    const { op } = node.op
    if (op === 'input' || op === 'reshape') return () => undefined
    return (lowers[op] as Lower<typeof op>)(b, node as never)
  })
  return {
    backward() {
      for (let i = backs.length - 1; i >= 0; i--) {
        const dy = b.outputGradient(i)
        if (dy !== null) backs[i]?.(dy)
        b.release(i)
      }
    },
  }
}
