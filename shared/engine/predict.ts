import type * as tfjs from '@tensorflow/tfjs'
import type { Shape } from '../layers/shape.ts'
import type { Tf } from './tf.ts'

/** How a long pass lets others speak and is told to end. */
export interface Pace {
  breathe(): Promise<void>
  stopping?(): boolean
}

interface Task {
  readonly tf: Tf
  readonly model: tfjs.LayersModel
  /** `[count, ...shape]`, row-major. */
  readonly inputs: Float32Array
  readonly count: number
  readonly shape: Shape
  readonly pace: Pace
  /** Samples per pass; larger is faster and takes more memory. */
  readonly batchSize?: number
}

/** Outputs of the model's first output node, `[count, ...output shape]`, row-major. */
export const predict = async (task: Task): Promise<Float32Array> => {
  const { tf, model, inputs, count, shape, pace } = task
  const size = task.batchSize ?? 256
  const per = inputs.length / Math.max(1, count)
  const chunks: Float32Array[] = []
  for (let start = 0; start < count; start += size) {
    const n = Math.min(size, count - start)
    const output = tf.tidy(() => {
      const x = tf.tensor(inputs.slice(start * per, (start + n) * per), [n, ...shape])
      return [model.apply(x, { training: false }) as tfjs.Tensor | tfjs.Tensor[]].flat()[0]
    })
    if (!output) break
    chunks.push(Float32Array.from(await output.data()))
    output.dispose()
    await pace.breathe()
  }
  const all = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  chunks.reduce((at, chunk) => {
    all.set(chunk, at)
    return at + chunk.length
  }, 0)
  return all
}
