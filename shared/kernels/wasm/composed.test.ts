import { beforeAll, describe, expect, it } from 'vitest'
import { loadEngineNode } from '../../../cli/engineNode.ts'
import { startBackend } from '../../engine/backends.ts'
import type { EngineTf, Tf } from '../../engine/tf.ts'
import { rng } from '../../rng.ts'
import { registerWasmKernels } from './composed.ts'

let engine: EngineTf
let tf: Tf

beforeAll(async () => {
  engine = await loadEngineNode()
  tf = engine.tf
  const report = await startBackend(engine, 'wasm')
  expect(report.ok && report.value.backend).toBe('wasm')
})

const values = (shape: number[], seed: number): Float32Array => {
  const random = rng(seed)
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal())
}

type Tensors = import('@tensorflow/tfjs').Tensor[]

/** Gradients of `sum(f(xs) · weight)` with respect to every x, on one backend. */
const gradients = async (
  backend: string,
  shapes: number[][],
  f: (...xs: Tensors) => import('@tensorflow/tfjs').Tensor,
): Promise<Float32Array[]> => {
  await tf.setBackend(backend)
  const before = tf.memory().numTensors
  const xs = shapes.map((shape, i) => tf.tensor(values(shape, i + 1), shape))
  const grads = tf.tidy(() => {
    const out = f(...xs)
    const weight = tf.tensor(values(out.shape, 99), out.shape)
    return [
      out,
      ...tf.grads((...inner: Tensors) =>
        f(...inner)
          .mul(weight)
          .sum(),
      )(xs),
    ]
  })
  const result = grads.map(g => Float32Array.from(g.dataSync()))
  tf.dispose([...xs, ...grads])
  expect(tf.memory().numTensors).toBe(before)
  return result
}

const expectSame = async (shapes: number[][], f: (...xs: Tensors) => import('@tensorflow/tfjs').Tensor, tolerance = 1e-5) => {
  const wanted = await gradients('cpu', shapes, f)
  const got = await gradients('wasm', shapes, f)
  wanted.forEach((w, i) => {
    const g = got[i] ?? new Float32Array()
    expect(g.length).toBe(w.length)
    const largest = w.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-6)
    const worst = w.reduce((m, v, k) => Math.max(m, Math.abs(v - (g[k] ?? Number.NaN))), 0)
    expect(worst / largest).toBeLessThan(tolerance)
  })
}

type C4 = import('@tensorflow/tfjs').Tensor4D
const images = [
  [2, 7, 7, 3],
  [1, 8, 5, 1],
  [3, 9, 10, 2],
  [2, 6, 8, 3],
]

describe('gradients on wasm equal those of the cpu backend', () => {
  for (const shape of images)
    for (const filter of [1, 2, 3, 5])
      for (const stride of [1, 2, 3])
        for (const pad of ['same', 'valid'] as const)
          it(`convolution ${shape.join('×')}, filter ${filter}, stride ${stride}, ${pad}`, async () => {
            await expectSame([shape, [filter, filter, shape[3] ?? 1, 4]], (x, k) => tf.conv2d(x as C4, k as C4, stride, pad))
          })

  for (const shape of images)
    for (const [filter, stride, times] of [
      [3, 1, 1],
      [3, 2, 2],
      [2, 1, 3],
      [1, 2, 1],
    ] as const)
      for (const pad of ['same', 'valid'] as const)
        it(`depthwise convolution ${shape.join('×')}, filter ${filter}, stride ${stride}, ${times} each, ${pad}`, async () => {
          await expectSame([shape, [filter, filter, shape[3] ?? 1, times]], (x, k) => tf.depthwiseConv2d(x as C4, k as C4, stride, pad))
        })

  it('convolution with different height and width of filter and stride', async () => {
    await expectSame(
      [
        [2, 11, 9, 3],
        [3, 2, 3, 5],
      ],
      (x, k) => tf.conv2d(x as C4, k as C4, [2, 3], 'same'),
    )
    await expectSame(
      [
        [2, 11, 9, 3],
        [5, 1, 3, 5],
      ],
      (x, k) => tf.conv2d(x as C4, k as C4, [1, 2], 'valid'),
    )
  })

  for (const shape of images)
    for (const [size, stride] of [
      [2, 2],
      [3, 2],
      [2, 1],
      [3, 3],
      [2, 3],
    ] as const)
      for (const pad of ['same', 'valid'] as const) {
        it(`max pooling ${shape.join('×')}, size ${size}, stride ${stride}, ${pad}`, async () => {
          await expectSame([shape], x => tf.maxPool(x as C4, size, stride, pad))
        })
        it(`average pooling ${shape.join('×')}, size ${size}, stride ${stride}, ${pad}`, async () => {
          await expectSame([shape], x => tf.avgPool(x as C4, size, stride, pad))
        })
      }

  for (const [ta, tb] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const)
    it(`matrix product, transposed ${ta} ${tb}, single and batched`, async () => {
      await expectSame([ta ? [7, 5] : [5, 7], tb ? [3, 7] : [7, 3]], (a, b) => tf.matMul(a, b, ta, tb))
      await expectSame([ta ? [4, 7, 5] : [4, 5, 7], tb ? [4, 3, 7] : [4, 7, 3]], (a, b) => tf.matMul(a, b, ta, tb))
    })

  it('transposed convolution, gather and resizing', async () => {
    await expectSame(
      [
        [2, 4, 5, 3],
        [3, 3, 2, 3],
      ],
      (x, k) => tf.conv2dTranspose(x as C4, k as C4, [2, 8, 10, 2], 2, 'same'),
    )
    await expectSame([[6, 3]], x => tf.gather(x, [0, 5, 5, 2]))
    for (const size of [
      [6, 8],
      [5, 7],
      [2, 3],
    ] as [number, number][]) {
      await expectSame([[2, 3, 4, 2]], x => tf.image.resizeNearestNeighbor(x as C4, size))
      await expectSame([[2, 3, 4, 2]], x => tf.image.resizeBilinear(x as C4, size))
      await expectSame([[2, 3, 4, 2]], x => tf.image.resizeBilinear(x as C4, size, true))
    }
  })
})

it('is registered once however often it is asked for', async () => {
  await tf.setBackend('wasm')
  const kernel = tf.getKernel('MaxPoolGrad', 'wasm')
  registerWasmKernels(tf)
  expect(tf.getKernel('MaxPoolGrad', 'wasm')).toBe(kernel)
})
