import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'
import type { GpuBackend } from './backend.ts'
import type { Kernel } from './kernel.ts'
import { rightGuesses, softmaxLoss, softmaxLossGradient } from './loss.ts'
import { recipeOf, run } from './program.ts'

/** Runs a kernel that depends on the width of the rows only, as an operation that leaves no trace for gradients. */
const runRows = (
  tf: Tf,
  backend: GpuBackend,
  [name, make]: readonly [string, (width: number) => Kernel],
  inputs: Readonly<Record<string, tfjs.Tensor>> & { readonly z: tfjs.Tensor },
  shape: readonly number[],
): tfjs.Tensor => {
  const [batch = 0, width = 1] = inputs.z.shape
  const recipe = recipeOf(name, { width }, numbers => make(numbers.width))
  return tf.engine().makeTensorFromTensorInfo(run(backend, recipe, inputs, shape, batch))
}

/** Mean cross-entropy of softmax(z) and targets, both `[batch, width]`: one dispatch, and one for its gradient at z. */
export const softmaxCrossEntropy = (tf: Tf, backend: GpuBackend, targets: tfjs.Tensor2D, outputs: tfjs.Tensor2D): tfjs.Scalar => {
  const loss = tf.customGrad((...given) => {
    const [z, save] = given as [tfjs.Tensor, tfjs.GradSaveFunc]
    save([z])
    return {
      value: runRows(tf, backend, ['softmax loss', softmaxLoss], { z, targets }, []),
      gradFunc: (dy: tfjs.Tensor, saved: tfjs.Tensor[]) => {
        const [outputs = z] = saved
        return runRows(tf, backend, ['softmax loss gradient', softmaxLossGradient], { z: outputs, targets, dy }, outputs.shape)
      },
    }
  })
  return loss(outputs) as tfjs.Scalar
}

/** How many rows of outputs have their largest value where the targets have it, both `[batch, width]`; without a gradient. */
export const countRight = (tf: Tf, backend: GpuBackend, targets: tfjs.Tensor2D, outputs: tfjs.Tensor2D): tfjs.Scalar =>
  runRows(tf, backend, ['right guesses', rightGuesses], { z: outputs, targets }, []) as tfjs.Scalar
