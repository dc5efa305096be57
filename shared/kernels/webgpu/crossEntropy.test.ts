import type * as tfjs from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { losses } from '../../engine/losses.ts'
import { stepCount } from '../../engine/metrics.ts'
import { encodeTargets } from '../../engine/objective.ts'
import { distance } from '../../engine/plan/wasm/oracle.testkit.ts'
import { missing } from '../../engine/plan/webgpu/card.testkit.ts'
import { rng } from '../../rng.ts'
import { tf } from './kernels.testkit.ts'

/** Loss, right guesses and the gradient of a multiple of the loss. */
const measure = async (backend: string, batch: number, width: number, scale: number): Promise<Float32Array> => {
  await tf.setBackend(backend)
  const { normal, int } = rng(batch)
  const before = tf.memory().numTensors
  const z = tf.tensor2d(
    Float32Array.from({ length: batch * width }, () => scale * normal()),
    [batch, width],
  )
  const found = tf.tidy(() => {
    const head = { kind: 'oneHot', width } as const
    const targets = encodeTargets(
      tf,
      head,
      tf.tensor1d(
        Int32Array.from({ length: batch }, () => int(width)),
        'int32',
      ),
    )
    const loss = (outputs: tfjs.Tensor) => losses.sparseCategoricalCrossentropy.value(tf, targets, outputs as tfjs.Tensor2D, true)
    const gradient = tf.grad(x => tf.mul(loss(x), 3))(z)
    const right = stepCount(tf, head, targets, z, true)
    return tf.concat([tf.reshape(gradient, [-1]), tf.reshape(loss(z), [1]), tf.reshape(right, [1])])
  })
  const values = Float32Array.from(await found.data())
  tf.dispose([z, found])
  expect(tf.memory().numTensors).toBe(before)
  return values
}

describe.skipIf(missing)('Cross-entropy of softmax on WebGPU', () => {
  for (const [batch, width, scale] of [
    [1, 2, 1],
    [37, 10, 3],
    [600, 7, 1],
    [5, 300, 200],
  ] as const)
    it(`is that of the cpu backend, with its gradient and the right guesses: ${batch} × ${width}, values of about ${scale}`, async () => {
      const wanted = await measure('cpu', batch, width, scale)
      const found = await measure('webgpu', batch, width, scale)
      expect(distance(found.slice(0, -2), wanted.slice(0, -2))).toBeLessThan(1e-5)
      expect(distance(found.slice(-2, -1), wanted.slice(-2, -1))).toBeLessThan(1e-5)
      expect(found.at(-1)).toBe(wanted.at(-1))
    })

  it('is not a number where an output is not', async () => {
    await tf.setBackend('webgpu')
    const z = tf.tensor2d([1, 2, Number.NaN, 1], [2, 2])
    const loss = losses.categoricalCrossentropy.value(tf, tf.tensor2d([1, 0, 0, 1], [2, 2]), z, true)
    expect(await loss.data()).toEqual(Float32Array.of(Number.NaN))
  })
})
