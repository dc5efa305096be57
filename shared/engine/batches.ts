import type * as tfjs from '@tensorflow/tfjs'
import type { Part } from '../data/prepared.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import type { Tf } from './tf.ts'

/** Inputs `[n, ...shape]` and targets (`[n]` classes as int32, or `[n, width]` values) on the device. */
export interface Batch {
  readonly x: tfjs.Tensor
  readonly y: tfjs.Tensor
}

/** Hands out batches of one part; the caller disposes of them. */
export interface Batches {
  readonly count: number
  take(indices: Int32Array): Batch
  /** Takes the part's inputs anew, which have been changed in place. */
  reload(): void
  dispose(): void
}

/** Largest part, in bytes, that is kept in graphics memory as a whole. */
const RESIDENT_LIMIT = 2 ** 29

const widthOf = (part: Part): number => (part.count > 0 ? part.targets.length / part.count : 1)

const gathered = (tf: Tf, part: Part, shape: Shape): Batches => {
  const size = sizeOf(shape)
  const classes = part.targets instanceof Int32Array
  const width = classes ? 1 : widthOf(part)
  return {
    count: part.count,
    take: indices => {
      const inputs = new Float32Array(indices.length * size)
      const targets = classes ? new Int32Array(indices.length) : new Float32Array(indices.length * width)
      indices.forEach((at, i) => {
        inputs.set(part.inputs.subarray(at * size, (at + 1) * size), i * size)
        targets.set(part.targets.subarray(at * width, (at + 1) * width), i * width)
      })
      const y = classes ? tf.tensor1d(targets, 'int32') : tf.tensor2d(targets, [indices.length, width])
      return { x: tf.tensor(inputs, [indices.length, ...shape]), y }
    },
    reload: () => undefined,
    dispose: () => undefined,
  }
}

const resident = (tf: Tf, part: Part, shape: Shape): Batches => {
  const classes = part.targets instanceof Int32Array
  const upload = (): tfjs.Tensor => tf.tensor(part.inputs, [part.count, ...shape])
  let inputs = upload()
  const targets = classes ? tf.tensor1d(part.targets, 'int32') : tf.tensor2d(part.targets, [part.count, widthOf(part)])
  return {
    count: part.count,
    take: indices =>
      tf.tidy(() => {
        const at = tf.tensor1d(indices, 'int32')
        return { x: tf.gather(inputs, at), y: tf.gather(targets, at) }
      }),
    reload: () => {
      inputs.dispose()
      inputs = upload()
    },
    dispose: () => tf.dispose([inputs, targets]),
  }
}

/** Opens a part for batches: on a graphics card the data lies there and batches are gathered there; on the processor they are copied. */
export const openBatches = (tf: Tf, part: Part, shape: Shape): Batches => {
  const graphics = tf.getBackend() === 'webgpu' || tf.getBackend() === 'webgl'
  return graphics && part.inputs.byteLength > 0 && part.inputs.byteLength <= RESIDENT_LIMIT
    ? resident(tf, part, shape)
    : gathered(tf, part, shape)
}

/** `start, start + 1, …`, `count` numbers. */
export const range = (start: number, count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => start + i)
