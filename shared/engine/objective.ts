import type * as tfjs from '@tensorflow/tfjs'
import type { PreparedData } from '../data/prepared.ts'
import type { LossId } from '../graph/document.ts'
import { dims, type Shape, sameShape } from '../layers/shape.ts'
import { fail, ok, type Result } from '../result.ts'
import { type Head, type LossDef, losses } from './losses.ts'
import type { Tf } from './tf.ts'

interface Activated {
  activation: { getClassName(): string }
}

/** A model together with what it is to learn: the loss, the layout of targets, and its last layer when the loss is fused with it. */
export interface Objective {
  readonly model: tfjs.LayersModel
  readonly loss: LossDef
  readonly head: Head
  readonly last: Activated | null
  readonly linear: Activated['activation']
}

const lastActivated = (model: tfjs.LayersModel, loss: LossDef): Activated | null => {
  const layer = model.outputLayers[0] as unknown as Partial<Activated> | undefined
  return layer?.activation && layer.activation.getClassName() === loss.fuses ? (layer as Activated) : null
}

/** Checks that one input and one output of a model fit the data and the loss. */
export const objectiveOf = (
  tf: Tf,
  model: tfjs.LayersModel,
  lossId: LossId,
  data: Pick<PreparedData, 'shape' | 'classes' | 'train' | 'validation' | 'test'>,
): Result<Objective> => {
  const [input, output] = [model.inputs[0], model.outputs[0]]
  if (!input || !output || model.inputs.length > 1 || model.outputs.length > 1)
    return fail(
      'train/one-input-one-output',
      `Training takes one input and one output, but this network has ${model.inputs.length} and ${model.outputs.length}: join or remove the others.`,
    )
  const shape = input.shape.slice(1) as Shape
  if (!sameShape(shape, data.shape))
    return fail(
      'train/input-mismatch',
      `The input takes ${dims(shape)}, but the data brings ${dims(data.shape)}: set the input's shape to ${dims(data.shape)}.`,
      {
        node: input.sourceLayer.name,
        expected: dims(data.shape),
        received: dims(shape),
      },
    )
  const loss = losses[lossId]
  const head = loss.head(output.shape.slice(1) as Shape, data)
  if (!head.ok) return { ok: false, issues: [{ ...head.issues[0], node: output.sourceLayer.name }] }
  const { activation } = tf.layers.activation({ activation: 'linear' }) as unknown as Activated
  return ok({ model, loss, head: head.value, last: lastActivated(model, loss), linear: activation })
}

/** Runs the model; where the loss includes the last activation, that one is left out. */
export const forward = (objective: Objective, x: tfjs.Tensor, training: boolean): tfjs.Tensor2D => {
  const { model, last, linear } = objective
  if (!last) return model.apply(x, { training }) as tfjs.Tensor2D
  const own = last.activation
  last.activation = linear
  try {
    return model.apply(x, { training }) as tfjs.Tensor2D
  } finally {
    last.activation = own
  }
}

/** Targets of a batch as `[batch, width]` floats. */
export const encodeTargets = (tf: Tf, head: Head, y: tfjs.Tensor): tfjs.Tensor2D => {
  if (head.kind === 'oneHot') return tf.cast(tf.oneHot(y as tfjs.Tensor1D, head.width), 'float32') as tfjs.Tensor2D
  return tf.reshape(tf.cast(y, 'float32'), [-1, head.width]) as tfjs.Tensor2D
}
