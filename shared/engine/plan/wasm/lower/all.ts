import { lowerNodes } from '../../builder.ts'
import type { Builder } from '../builder.ts'
import { lowerBatchNorm } from './batchNorm.ts'
import { lowerConv2d } from './conv2d.ts'
import { lowerConv2dTranspose } from './conv2dTranspose.ts'
import { lowerDense } from './dense.ts'
import { lowerDepthwise } from './depthwise.ts'
import { lowerDot } from './dot.ts'
import { lowerEmbedding } from './embedding.ts'
import { lowerLayerNorm } from './layerNorm.ts'
import { lowerLeaky } from './leaky.ts'
import { lowerMerge } from './merge.ts'
import { lowerMove } from './move.ts'
import { lowerPool } from './pool.ts'
import { type Draws, makeLowerDropout, makeLowerNoise } from './random.ts'
import { lowerRescale } from './rescale.ts'
import { lowerActivation, lowerConcatenate, lowerPad } from './simple.ts'

/** Adds all forward jobs; `backward` then adds those of the gradients, once the loss has named where its gradient lies. */
export const lowerAll = (b: Builder, draws: Draws): { backward(): void } =>
  lowerNodes(b, {
    conv2d: lowerConv2d,
    conv2dTranspose: lowerConv2dTranspose,
    depthwise: lowerDepthwise,
    dense: lowerDense,
    pool: lowerPool,
    batchNorm: lowerBatchNorm,
    layerNorm: lowerLayerNorm,
    embedding: lowerEmbedding,
    activation: lowerActivation,
    leaky: lowerLeaky,
    rescale: lowerRescale,
    dropout: makeLowerDropout(draws),
    noise: makeLowerNoise(draws),
    pad: lowerPad,
    move: lowerMove,
    merge: lowerMerge,
    dot: lowerDot,
    concatenate: lowerConcatenate,
  })
