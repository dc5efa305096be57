import type * as tfjs from '@tensorflow/tfjs'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { poisoning, startGpu } from '../../engine/gpu.testkit.ts'
import { distance } from '../../engine/plan/wasm/oracle.testkit.ts'
import { card, errors, missing } from '../../engine/plan/webgpu/card.testkit.ts'
import type { Tf } from '../../engine/tf.ts'
import { rng } from '../../rng.ts'

type T4 = tfjs.Tensor4D
type Two = [number, number]
type F = (...xs: tfjs.Tensor[]) => tfjs.Tensor

let tf: Tf

beforeAll(async () => {
  if (missing) return
  tf = (await startGpu(card())).engine.tf
  poisoning(tf.backend())
})

afterEach(() => expect(errors).toEqual([]))

const values = (shape: readonly number[], seed: number): Float32Array => {
  const { normal } = rng(seed)
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal)
}

/** f of random tensors and the gradients of a random mix of its values, on one backend. */
const results = async (backend: string, shapes: readonly number[][], f: F): Promise<Float32Array[]> => {
  await tf.setBackend(backend)
  const before = tf.memory().numTensors
  const xs = shapes.map((shape, i) => tf.tensor(values(shape, i + 1), shape))
  const mixed: F = (...inner) => {
    const out = f(...inner)
    return tf.sum(tf.mul(out, tf.tensor(values(out.shape, 99), out.shape)))
  }
  const all = tf.tidy(() => [f(...xs), ...tf.grads(mixed)(xs)])
  const found = await Promise.all(all.map(async t => Float32Array.from(await t.data())))
  tf.dispose([...xs, ...all])
  expect(tf.memory().numTensors).toBe(before)
  return found
}

/** Values and gradients on the card are those of tfjs's cpu backend. */
const expectSame = async (shapes: readonly number[][], f: F): Promise<void> => {
  const wanted = await results('cpu', shapes, f)
  const found = await results('webgpu', shapes, f)
  wanted.forEach((w, i) => {
    expect(distance(found[i] ?? new Float32Array(), w)).toBeLessThan(1e-5)
  })
}

const side = fc.integer({ min: 1, max: 9 })
const two = (most: number) => fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }))
const pad = fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.integer({ min: 0, max: 3 }))
const RUNS = { numRuns: 12, seed: 7 }

/** Whether a window fits into the image at least once. */
const fits = ([h, w]: Two, [fh, fw]: Two, [dh, dw]: Two, padding: 'same' | 'valid' | number): boolean => {
  const border = typeof padding === 'number' ? 2 * padding : 0
  return padding === 'same' || ((fh - 1) * dh + 1 <= h + border && (fw - 1) * dw + 1 <= w + border)
}

describe.skipIf(missing)('Gradients on WebGPU are those of the cpu backend', () => {
  it('for convolutions of any size, stride, border and channels', async () => {
    const cases = fc.record({
      ...{ image: fc.tuple(side, side), filter: two(4), strides: two(3), padding: pad },
      ...{ batch: fc.integer({ min: 1, max: 4 }), from: fc.integer({ min: 1, max: 6 }), to: fc.integer({ min: 1, max: 20 }) },
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ image, filter, strides, padding, batch, from, to }) => {
        fc.pre(fits(image, filter, [1, 1], padding))
        const shapes = [
          [batch, ...image, from],
          [...filter, from, to],
        ]
        await expectSame(shapes, (x, k) =>
          tf.conv2d(x as T4, k as T4, strides, padding, 'NHWC', 1, typeof padding === 'number' ? 'floor' : undefined),
        )
      }),
      RUNS,
    )
  })
})
