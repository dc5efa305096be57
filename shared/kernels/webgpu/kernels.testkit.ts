import { afterEach, beforeAll, expect } from 'vitest'
import { poisoning, startGpu } from '../../engine/gpu.testkit.ts'
import { card, errors, missing } from '../../engine/plan/webgpu/card.testkit.ts'
import type { Tf } from '../../engine/tf.ts'
import { sizeOf } from '../../layers/shape.ts'
import { rng } from '../../rng.ts'

/** tfjs on the card of the tests that import this, once they run; new buffers hold NaN, and an error of the device that nobody caught fails a test. */
export let tf: Tf

beforeAll(async () => {
  if (missing) return
  tf = (await startGpu(card())).engine.tf
  poisoning(tf.backend())
})

afterEach(() => expect(errors).toEqual([]))

/** Normal random values of a shape. */
export const normals = (shape: readonly number[], seed: number): Float32Array => {
  const { normal } = rng(seed)
  return Float32Array.from({ length: sizeOf(shape) }, normal)
}
