import { optimizers } from '../engine/optimizers.ts'
import { type ClipId, type TrainingSetup, usualDecay } from '../graph/document.ts'
import type { Call } from '../layers/define.ts'

/** Keras's names for what keeps gradients short. */
const CLIP_ARGS: Readonly<Record<ClipId, string | null>> = {
  none: null,
  value: 'clipvalue',
  norm: 'clipnorm',
  globalNorm: 'global_clipnorm',
}

/** Arguments that every Keras optimizer takes, where they are not as usual. */
const commonArgs = ({ optimizer, weightDecay, clip, clipLimit }: TrainingSetup): Call['args'] => {
  const name = CLIP_ARGS[clip]
  return { ...(weightDecay === usualDecay(optimizer) ? {} : { weight_decay: weightDecay }), ...(name ? { [name]: clipLimit } : {}) }
}

/** The Keras optimizer of a project, with its rate, weight decay and clipping. */
export const kerasOptimizer = (training: TrainingSetup): Call => {
  const { keras } = optimizers[training.optimizer]
  return {
    name: `keras.optimizers.${keras.name}`,
    args: { learning_rate: training.learningRate, ...keras.args, ...commonArgs(training) },
  }
}
