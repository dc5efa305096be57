import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type Brick, type Case, worst } from '../wasm/oracle.testkit.ts'
import { conv, dense, errors, flatten, input, missing, norm, openBoth, softmax } from './card.testkit.ts'

const INDICES = Int32Array.from([7, 2, 11, 4])
/** Largest relative error allowed; all single precision, tfjs sums in double. */
const CLOSE = 1e-5

/** Compares loss and all gradients of one step with tfjs on the cpu backend. */
const compare = async (given: Case, indices = INDICES) => {
  const { gpu, tfjsStep, close } = await openBoth(given)
  try {
    const wanted = await tfjsStep(indices)
    gpu.step(indices, 0.01)
    const off = worst(await gpu.getGradients(), wanted.gradients)
    const [score] = await gpu.read()
    expect((score?.loss ?? Number.NaN) / indices.length).toBeCloseTo(wanted.loss, 4)
    expect(off.off, off.name).toBeLessThan(CLOSE)
  } finally {
    close()
  }
}

const ACTIVATIONS = ['relu6', 'elu', 'selu', 'gelu', 'swish', 'mish', 'sigmoid', 'hardSigmoid', 'tanh', 'softplus', 'softsign', 'softmax']

const networks: Record<string, readonly Brick[]> = {
  'strides, dilation and odd sizes': [
    input(14, 19, 2),
    conv(4, [3, 2], { strides: [2, 3], padding: 'same', activation: 'relu' }),
    conv(3, [2, 2], { dilationRate: [2, 1] }),
    conv(4, [1, 2], { strides: [2, 3] }),
    flatten,
    softmax,
  ],
  'pools that overlap, with gaps, and at the edges': [
    input(11, 10, 3),
    conv(5, [3, 3], { activation: 'relu', padding: 'same' }),
    { type: 'maxPooling2d', params: { poolSize: [3, 3], strides: [2, 2], padding: 'same' } },
    { type: 'averagePooling2d', params: { poolSize: [3, 2], strides: [1, 1] } },
    { type: 'maxPooling2d', params: { poolSize: [1, 2], strides: [2, 3] } },
    flatten,
    softmax,
  ],
  'a residual block': [
    input(8, 8, 3),
    conv(9, [3, 3], { padding: 'same', useBias: false }),
    norm(),
    { type: 'activation', params: { activation: 'relu' } },
    conv(9, [3, 3], { padding: 'same', useBias: false }),
    norm({ momentum: 0.9, epsilon: 1e-5 }),
    { type: 'add', from: [3, 5] },
    { type: 'activation', params: { activation: 'relu' } },
    { type: 'globalAveragePooling2d', params: {} },
    softmax,
  ],
  'branches side by side': [
    input(7, 7, 2),
    conv(5, [3, 3], { padding: 'same', activation: 'relu' }),
    { ...conv(3, [1, 1], { activation: 'relu' }), from: [1] },
    { ...conv(4, [3, 3], { padding: 'same', activation: 'tanh' }), from: [1] },
    { type: 'concatenate', from: [2, 3, 1] },
    { type: 'zeroPadding2d', params: { height: [1, 2], width: [0, 1] } },
    conv(4, [3, 3], { strides: [2, 2] }),
    flatten,
    softmax,
  ],
  'frozen layers': [
    input(6, 6, 2),
    conv(4, [3, 3], { padding: 'same' }),
    { ...norm(), frozen: true },
    { ...conv(5, [3, 3], { activation: 'relu' }), frozen: true },
    flatten,
    softmax,
  ],
  'every activation, and a sum of many': [
    input(6),
    ...ACTIVATIONS.map(kind => ({ ...dense(5, kind), from: [0] })),
    { type: 'add', from: ACTIVATIONS.map((_, i) => i + 1) },
    softmax,
  ],
}

afterEach(() => expect(errors).toEqual([]))

describe.skipIf(missing)('A plan on WebGPU has the gradients of tfjs', () => {
  for (const [name, bricks] of Object.entries(networks)) test(name, () => compare({ bricks }))

  test('a batch that is not full', () =>
    compare({ bricks: [input(5, 5, 2), conv(3, [2, 2], { useBias: false }), norm(), flatten, softmax] }, Int32Array.from([3, 9, 1])))

  // tfjs divides the gradient by the whole window where the image's edge cuts it, though its values are means of what is inside.
  test('means of windows that the edge cuts, by differences of the loss', async () => {
    const mean: Brick = { type: 'averagePooling2d', params: { poolSize: [3, 2], strides: [2, 1], padding: 'same' } }
    const { gpu, data, start, close } = await openBoth({
      bricks: [input(5, 4, 1), conv(2, [2, 2], { useBias: false }), mean, flatten, softmax],
    })
    try {
      gpu.step(Int32Array.from([0, 1, 2, 3]), 0)
      const [gradient] = await gpu.getGradients()
      const [kernel, ...others] = start
      if (!gradient || !kernel) throw new Error('The network has no kernel.')
      const lossWith = async (i: number, by: number) => {
        gpu.setWeights([{ ...kernel, values: kernel.values.map((v, k) => (k === i ? v + by : v)) }, ...others])
        return (await gpu.infer(data.train, 0, 4)).loss / 4
      }
      for (const [i, slope] of gradient.values.entries())
        expect((await lossWith(i, 0.02)) - (await lossWith(i, -0.02))).toBeCloseTo(0.04 * slope, 4)
    } finally {
      close()
    }
  })

  test('sums cut into pieces', () => compare({ bricks: [input(20, 20, 1), conv(3, [3, 3]), flatten, softmax] }))
})

describe.skipIf(missing)('Every loss and layout of targets', () => {
  const cases: Record<string, Case> = {
    'cross-entropy without softmax': { bricks: [input(5), dense(6, 'relu'), dense(4, 'sigmoid')] },
    'binary cross-entropy of one output': {
      bricks: [input(5), dense(6, 'relu'), dense(1, 'sigmoid')],
      loss: 'binaryCrossentropy',
      targets: 'binary',
    },
    'binary cross-entropy per class': { bricks: [input(5), dense(4, 'sigmoid')], loss: 'binaryCrossentropy' },
    'binary cross-entropy without sigmoid': { bricks: [input(5), dense(4, 'softmax')], loss: 'binaryCrossentropy' },
    'mean squared error of values': { bricks: [input(5), dense(6, 'tanh'), dense(3)], loss: 'meanSquaredError', targets: 'values' },
    'mean squared error of classes': { bricks: [input(5), dense(4, 'softmax')], loss: 'meanSquaredError' },
  }
  for (const [name, given] of Object.entries(cases)) test(name, () => compare(given))
})

describe.skipIf(missing)('Random networks', () => {
  const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
  const layer = fc.record({
    kernel: pair(4),
    strides: pair(3),
    dilation: pair(2),
    same: fc.boolean(),
    filters: fc.integer({ min: 1, max: 19 }),
    activation: fc.constantFrom('linear', 'relu', 'tanh'),
    pool: fc.constantFrom('', 'max', 'average'),
    join: fc.constantFrom('', 'add', 'concatenate'),
  })
  type Layer = typeof layer extends fc.Arbitrary<infer T> ? T : never
  const bricksOf = (size: readonly [number, number], channels: number, layers: readonly Layer[]) => {
    const bricks: Brick[] = [input(size[0], size[1], channels)]
    for (const { kernel, strides, dilation, same, filters, activation, pool, join } of layers) {
      const apart = dilation.some(d => d > 1)
      const more = { strides: apart ? [1, 1] : strides, dilationRate: dilation, padding: same ? 'same' : 'valid', activation }
      bricks.push(conv(filters, kernel, more))
      const first = bricks.length - 1
      if (join) {
        bricks.push(conv(filters, [3, 3], { padding: 'same', activation: 'relu' }))
        bricks.push({ type: join, from: [first, first + 1] })
      }
      if (pool === 'max') bricks.push({ type: 'maxPooling2d', params: { poolSize: [2, 3], strides: [2, 2], padding: 'same' } })
      if (pool === 'average') bricks.push({ type: 'averagePooling2d', params: { poolSize: [2, 2], strides: [1, 2] } })
    }
    return [...bricks, flatten, softmax]
  }

  test('agree with tfjs', async () => {
    let compared = 0
    const side = fc.integer({ min: 6, max: 12 })
    const layers = fc.array(layer, { minLength: 1, maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(fc.tuple(side, side), fc.integer({ min: 1, max: 6 }), layers, async (size, channels, chosen) => {
        try {
          await compare({ bricks: bricksOf(size, channels, chosen), seed: 3 })
          compared += 1
        } catch (error) {
          if (!/does not fit/.test(String(error))) throw error
        }
      }),
      { numRuns: Number(globalThis.process?.env.NETLOOM_RUNS ?? 3), seed: 7 },
    )
    expect(compared).toBeGreaterThan(1)
  }, 600_000)
})
