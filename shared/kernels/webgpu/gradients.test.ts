import type * as tfjs from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance } from '../../engine/plan/wasm/oracle.testkit.ts'
import { missing } from '../../engine/plan/webgpu/card.testkit.ts'
import { normals, tf } from './kernels.testkit.ts'

type T4 = tfjs.Tensor4D
type Two = [number, number]
type F = (...xs: tfjs.Tensor[]) => tfjs.Tensor

/** f of random tensors and the gradients of a random mix of its values, on one backend. */
const results = async (backend: string, shapes: readonly number[][], f: F): Promise<Float32Array[]> => {
  await tf.setBackend(backend)
  const before = tf.memory().numTensors
  const xs = shapes.map((shape, i) => tf.tensor(normals(shape, i + 1), shape))
  const mixed: F = (...inner) => {
    const out = f(...inner)
    return tf.sum(tf.mul(out, tf.tensor(normals(out.shape, 99), out.shape)))
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
const RUNS = { numRuns: 8, seed: 7 }

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

  it('for dilated convolutions', async () => {
    const padding = fc.constantFrom('same' as const, 'valid' as const)
    const cases = fc.record({ image: fc.tuple(side, side), filter: two(3), rate: two(3), padding, batch: fc.integer({ min: 1, max: 3 }) })
    await fc.assert(
      fc.asyncProperty(cases, async ({ image, filter, rate, padding, batch }) => {
        fc.pre(fits(image, filter, rate, padding) && (rate[0] > 1 || rate[1] > 1))
        const shapes = [
          [batch, ...image, 3],
          [...filter, 3, 5],
        ]
        await expectSame(shapes, (x, k) => tf.conv2d(x as T4, k as T4, 1, padding, 'NHWC', rate))
      }),
      { ...RUNS, numRuns: 5 },
    )
  })

  it('for convolutions with a border of its own on each side', () =>
    expectSame(
      [
        [2, 6, 7, 3],
        [3, 3, 3, 4],
      ],
      (x, k) =>
        tf.conv2d(x as T4, k as T4, [2, 1], [
          [0, 0],
          [2, 0],
          [0, 1],
          [0, 0],
        ] as unknown as 'same'),
    ))

  it('for transposed convolutions', async () => {
    const cases = fc.record({ image: fc.tuple(side, side), filter: two(4), strides: two(3), padding: fc.constantFrom('same', 'valid') })
    await fc.assert(
      fc.asyncProperty(cases, async ({ image, filter, strides, padding }) => {
        const sides = image.map((length, i) => {
          const [stride = 1, tap = 1] = [strides[i], filter[i]]
          return padding === 'same' ? length * stride : (length - 1) * stride + Math.max(tap, stride)
        })
        const shape = [2, ...sides, 4] as [number, number, number, number]
        const shapes = [
          [2, ...image, 3],
          [...filter, 4, 3],
        ]
        await expectSame(shapes, (x, k) => tf.conv2dTranspose(x as T4, k as T4, shape, strides, padding as 'same' | 'valid'))
      }),
      { ...RUNS, numRuns: 5 },
    )
  })

  it('for depthwise convolutions', async () => {
    const cases = fc.record({
      ...{ image: fc.tuple(side, side), filter: two(4), stride: fc.integer({ min: 1, max: 3 }), padding: pad },
      ...{ batch: fc.integer({ min: 1, max: 3 }), channels: fc.integer({ min: 1, max: 5 }), each: fc.integer({ min: 1, max: 3 }) },
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ image, filter, stride, padding, batch, channels, each }) => {
        fc.pre(fits(image, filter, [1, 1], padding))
        const shapes = [
          [batch, ...image, channels],
          [...filter, channels, each],
        ]
        const rounding = typeof padding === 'number' ? 'floor' : undefined
        await expectSame(shapes, (x, k) => tf.depthwiseConv2d(x as T4, k as T4, stride, padding, 'NHWC', 1, rounding))
      }),
      RUNS,
    )
    const large = [
      [1, 18, 17, 33],
      [3, 3, 33, 1],
    ]
    await expectSame(large, (x, k) => tf.depthwiseConv2d(x as T4, k as T4, 1, 'same'))
  })

  it('for sums over many pixels, which are cut into parts, and more channels than a tile holds', () =>
    expectSame(
      [
        [1, 31, 30, 2],
        [3, 3, 2, 40],
      ],
      (x, k) => tf.conv2d(x as T4, k as T4, 1, 'same'),
    ))

  it('for max pooling, also where values are alike', async () => {
    const cases = fc.record({
      ...{ image: fc.tuple(side, side), size: two(4), strides: two(3), padding: pad },
      ...{ batch: fc.integer({ min: 1, max: 3 }), channels: fc.integer({ min: 1, max: 5 }), flat: fc.boolean() },
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ image, size, strides, padding, batch, channels, flat }) => {
        fc.pre(fits(image, size, [1, 1], padding) && (typeof padding !== 'number' || padding < Math.min(...size)))
        const rounding = typeof padding === 'number' ? 'floor' : undefined
        await expectSame([[batch, ...image, channels]], x => tf.maxPool((flat ? tf.round(x) : x) as T4, size, strides, padding, rounding))
      }),
      RUNS,
    )
  })

  it('for sums and means over the first axes, of few rows and of many, and for other axes', async () => {
    await expectSame([[9, 5]], x => tf.sum(x, 0))
    await expectSame([[70, 3, 70, 2]], x => tf.sum(x, [0, 1, 2]))
    await expectSame([[40, 9, 13, 40]], x => tf.mean(x, [0, 1, 2], true))
    await expectSame([[4, 3, 5]], x => tf.mean(x, [1, 0]))
    await expectSame([[4, 3, 5]], x => tf.add(tf.sum(x, [0, 2]), tf.sum(x, -1)))
  })

  it('for ReLU, and for the gradient of its gradient', async () => {
    await expectSame([[5, 7]], x => tf.relu(x))
    await expectSame([[5, 7]], x => tf.grad(z => tf.sum(tf.square(tf.relu(z))))(x))
  })

  it('where tfjs has to do it: channels first, and integers that it took for floats', async () => {
    await expectSame([[3, 5]], x => tf.sum(tf.mul(tf.cast(tf.cast(x, 'int32'), 'float32'), tf.sum(x)), 0))
    await tf.setBackend('webgpu')
    const ints = tf.cast(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 'float32')
    expect([...(await tf.sum(ints, 0).data())]).toEqual([4, 6])
    const run = (dataFormat: 'NHWC' | 'NCHW', shape: number[]) =>
      tf
        .engine()
        .runKernel('Conv2DBackpropInput', { dy: tf.ones(shape), filter: tf.ones([2, 2, 3, 4]) } as unknown as tfjs.NamedTensorMap, {
          ...{ strides: 1, pad: 'valid', dataFormat, inputShape: dataFormat === 'NHWC' ? [1, 3, 3, 3] : [1, 3, 3, 3] },
        }) as tfjs.Tensor
    expect(await run('NCHW', [1, 4, 2, 2]).array()).toEqual(await tf.transpose(run('NHWC', [1, 2, 2, 4]), [0, 3, 1, 2]).array())
  })

  it('by kernels of ours', () => {
    const { pipelineCache } = tf.backend() as unknown as { pipelineCache: Readonly<Record<string, unknown>> }
    const names = new Set(Object.keys(pipelineCache).map(key => /^netloom ([a-z ]+)/.exec(key)?.[1]?.trim()))
    for (const name of [
      'filter gradient',
      'input gradient',
      'max pool gradient',
      'sum of parts',
      'sum of rows',
      'mean of rows',
      'relu gate',
    ])
      expect(names).toContain(name)
    expect(Object.keys(pipelineCache).filter(key => /^(maxPool2DBackprop|conv2DDerFilter)/i.test(key))).toEqual([])
  })
})
