import type { PlanNode } from '../../plan.ts'
import type { Builder } from '../builder.ts'
import { lowerBatchNorm } from './batchNorm.ts'
import { lowerConv2d } from './conv2d.ts'
import { lowerConv2dTranspose } from './conv2dTranspose.ts'
import type { Lower } from './define.ts'
import { lowerDense } from './dense.ts'
import { lowerDepthwise } from './depthwise.ts'
import { lowerLayerNorm } from './layerNorm.ts'
import { lowerPool } from './pool.ts'
import { lowerActivation, lowerAdd, lowerConcatenate, lowerPad, makeLowerDropout } from './simple.ts'

type Operation = Exclude<PlanNode['op']['op'], 'input' | 'reshape'>

/** Adds all forward jobs; `backward` then adds those of the gradients, once the loss has named where its gradient lies. */
export const lowerAll = (b: Builder, clock: number, salt: (id: string) => number): { backward(): void } => {
  const lowers: { readonly [O in Operation]: Lower<O> } = {
    conv2d: lowerConv2d,
    conv2dTranspose: lowerConv2dTranspose,
    depthwise: lowerDepthwise,
    dense: lowerDense,
    pool: lowerPool,
    batchNorm: lowerBatchNorm,
    layerNorm: lowerLayerNorm,
    activation: lowerActivation,
    dropout: makeLowerDropout(clock, salt),
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
      }
    },
  }
}
