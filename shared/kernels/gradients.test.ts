import type * as tfjs from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadEngineNode } from '../../cli/engineNode.ts'
import { startBackend } from '../engine/backends.ts'
import type { Tf } from '../engine/tf.ts'
import { rng } from '../rng.ts'

let tf: Tf

beforeAll(async () => {
  const engine = await loadEngineNode()
  tf = engine.tf
  expect((await startBackend(engine, 'wasm')).ok).toBe(true)
})

type Op = (x: tfjs.Tensor4D) => tfjs.Tensor4D

/** Largest difference between tfjs's gradient and finite differences of `sum(op(x) · w)`; the operations are linear or nearly so. */
const worst = (op: Op, shape: [number, number, number, number]): number =>
  tf.tidy(() => {
    const random = rng(3)
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal())
    const x = tf.tensor4d(values, shape)
    const out = op(x)
    const w = tf.tensor(
      Float32Array.from({ length: out.size }, () => random.normal()),
      out.shape,
    )
    const loss = (v: Float32Array) => Number(op(tf.tensor4d(v, shape)).mul(w).sum().dataSync()[0])
    const gradient = tf
      .grad((v: tfjs.Tensor) =>
        op(v as tfjs.Tensor4D)
          .mul(w)
          .sum(),
      )(x)
      .dataSync()
    return values.reduce((most, value, i) => {
      const at = (d: number) => loss(Object.assign(values.slice(), { [i]: value + d }))
      return Math.max(most, Math.abs((at(0.01) - at(-0.01)) / 0.02 - Number(gradient[i])))
    }, 0)
  })

const filterOf = (shape: [number, number, number, number]): tfjs.Tensor4D => tf.randomNormal(shape, 0, 1, 'float32', 5)

const OPS: Record<string, () => Op> = {
  'average pooling, valid': () => x => tf.avgPool(x, 2, 2, 'valid'),
  'average pooling, same, odd sizes': () => x => tf.avgPool(x, 3, 2, 'same'),
  'convolution, dilated 2×3, same': () => {
    const filter = filterOf([3, 2, 2, 2])
    return x => tf.conv2d(x, filter, 1, 'same', 'NHWC', [2, 3])
  },
  'dilated convolution for its filter': () => {
    const image = filterOf([2, 9, 8, 4])
    return filter => tf.conv2d(image, filter as tfjs.Tensor4D, 1, 'valid', 'NHWC', [2, 2]) as tfjs.Tensor4D
  },
  'max pooling, same': () => x => tf.maxPool(x, 3, 2, 'same'),
  'nearest neighbour, twice the size': () => x => tf.image.resizeNearestNeighbor(x, [10, 8]),
  'nearest neighbour, odd size': () => x => tf.image.resizeNearestNeighbor(x, [7, 9]),
  'bilinear, three times the width': () => x => tf.image.resizeBilinear(x, [5, 12]),
  'bilinear, smaller, corners aligned': () => x => tf.image.resizeBilinear(x, [3, 3], true),
}

for (const backend of ['cpu', 'wasm'] as const)
  describe(`gradients on ${backend} equal finite differences`, () => {
    for (const [name, op] of Object.entries(OPS))
      it(name, async () => {
        await tf.setBackend(backend)
        expect(worst(op(), name.endsWith('filter') ? [3, 3, 4, 2] : [2, 5, 4, 2])).toBeLessThan(0.01)
      })
  })
