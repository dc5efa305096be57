import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Brick, type Case, distance, openBoth, worst } from './oracle.testkit.ts'

const input = (...shape: number[]): Brick => ({ type: 'input', params: { shape } })
const dense = (units: number, activation = 'linear', more = {}): Brick => ({ type: 'dense', params: { units, activation, ...more } })
const conv = (filters: number, kernelSize: [number, number], more = {}): Brick => ({
  type: 'conv2d',
  params: { filters, kernelSize, activation: 'linear', ...more },
})
const flatten: Brick = { type: 'flatten' }
const norm = (more = {}): Brick => ({ type: 'batchNormalization', params: more })
const activation = (name: string): Brick => ({ type: 'activation', params: { activation: name } })
const softmax = dense(4, 'softmax')

const INDICES = Int32Array.from([7, 2, 11, 4])
/** Largest relative error allowed; all single precision, tfjs sums in double. */
const CLOSE = 1e-5

/** Compares outputs, loss and all gradients of one step with tfjs on the cpu backend. */
const compare = async (given: Case, threads: number, build: 'plain' | 'relaxed' = 'plain') => {
  const both = await openBoth(given, { threads, build })
  try {
    const wanted = await both.tfjsStep(INDICES)
    const found = both.run.step(INDICES, 0.01)
    const { output } = both.run.layout
    const outputs = new Float32Array(both.run.kernels.memory.buffer, output, wanted.outputs.length)
    expect(distance(outputs, wanted.outputs)).toBeLessThan(CLOSE)
    expect(found.loss / INDICES.length).toBeCloseTo(wanted.loss, 4)
    const off = worst(both.run.getGradients(), wanted.gradients)
    expect(off.off, off.name).toBeLessThan(CLOSE)
  } finally {
    both.close()
  }
}

const images: Record<string, readonly Brick[]> = {
  'a convolution with a stride': [input(9, 8, 3), conv(5, [3, 3], { strides: [2, 2], padding: 'same' }), conv(6, [3, 3]), flatten, softmax],
  'unequal kernel and stride': [
    input(11, 13, 2),
    conv(5, [2, 3], { activation: 'relu' }),
    conv(4, [3, 2], { strides: [2, 3], padding: 'same' }),
    flatten,
    softmax,
  ],
  'a stride that skips pixels': [
    input(10, 11, 2),
    conv(4, [1, 1], { activation: 'relu' }),
    conv(3, [2, 2], { strides: [3, 3] }),
    flatten,
    softmax,
  ],
  'tiles of six for kernels of 2 to 5': [
    input(15, 13, 1),
    conv(9, [3, 3], { activation: 'relu', padding: 'same' }),
    conv(8, [2, 2], { activation: 'relu', padding: 'same' }),
    conv(11, [3, 3], { activation: 'relu' }),
    conv(10, [4, 4], { padding: 'same', useBias: false }),
    conv(12, [5, 5], { activation: 'relu' }),
    flatten,
    softmax,
  ],
  'overlapping pools': [
    input(9, 10, 3),
    conv(5, [3, 3], { activation: 'relu', padding: 'same' }),
    { type: 'maxPooling2d', params: { poolSize: [3, 3], strides: [2, 2], padding: 'same' } },
    conv(6, [2, 2]),
    { type: 'averagePooling2d', params: { poolSize: [2, 2], strides: [1, 1] } },
    flatten,
    softmax,
  ],
  'a residual block': [
    input(8, 8, 3),
    conv(9, [3, 3], { padding: 'same', useBias: false }),
    norm(),
    activation('relu'),
    conv(9, [3, 3], { padding: 'same', useBias: false }),
    norm({ momentum: 0.9, epsilon: 1e-5 }),
    { type: 'add', from: [3, 5] },
    activation('relu'),
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
  'activations as layers of their own': [
    input(7, 6, 2),
    conv(5, [3, 3]),
    { type: 'relu' },
    conv(6, [2, 2]),
    { type: 'relu', params: { maxValue: 6 } },
    conv(6, [2, 2]),
    { type: 'elu' },
    { type: 'globalMaxPooling2d' },
    { type: 'softmax' },
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
}

describe('A plan has the gradients of tfjs', () => {
  for (const [threads, build] of [
    [1, 'plain'],
    [2, 'relaxed'],
  ] as const)
    for (const [name, bricks] of Object.entries(images))
      test(`${name}, ${threads} threads, ${build} SIMD`, () => compare({ bricks }, threads, build))

  for (const kind of ['relu6', 'elu', 'selu', 'swish', 'mish', 'sigmoid', 'hardSigmoid', 'tanh', 'softplus', 'softsign', 'softmax', 'gelu'])
    test(`activation ${kind}`, () => compare({ bricks: [input(6), dense(9, kind), dense(7, 'relu'), softmax] }, 2))
})

/** Gradients of single weights by central differences of the training loss. */
const compareByDifferences = async (bricks: readonly Brick[]) => {
  const both = await openBoth({ bricks }, { threads: 2 })
  const { run } = both
  try {
    const start = run.getWeights()
    run.step(INDICES, 0)
    const gradients = run.getGradients()
    const lossWith = (name: string, i: number, shift: number) => {
      const values = (weight: (typeof start)[number]) => weight.values.map((v, k) => (weight.name === name && k === i ? v + shift : v))
      run.setWeights(start.map(weight => ({ ...weight, values: values(weight) })))
      return run.step(INDICES, 0).loss / INDICES.length
    }
    for (const { name, values } of gradients) {
      const scale = Math.max(...values.map(Math.abs), 1e-2)
      for (let i = 0; i < values.length; i += Math.ceil(values.length / 5)) {
        const slope = (lossWith(name, i, 5e-3) - lossWith(name, i, -5e-3)) / 1e-2
        expect(Math.abs((values[i] ?? Number.NaN) - slope) / scale, `${name} ${i}`).toBeLessThan(5e-3)
      }
    }
  } finally {
    both.close()
  }
}

describe('Where tfjs has no true gradient, finite differences agree', () => {
  test('batch normalisation without factor or offset', () =>
    compareByDifferences([input(5, 4), dense(4, 'tanh'), norm({ scale: false }), norm({ center: false }), flatten, softmax]))
  test('mean of windows at the border', () =>
    compareByDifferences([
      input(5, 5, 2),
      conv(3, [2, 2]),
      { type: 'averagePooling2d', params: { poolSize: [3, 3], strides: [1, 1], padding: 'same' } },
      activation('tanh'),
      flatten,
      softmax,
    ]))
})

describe('Every loss and layout of targets', () => {
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
  for (const [name, given] of Object.entries(cases)) test(name, () => compare(given, 2))
})

describe('Random networks', () => {
  const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
  const layer = fc.record({
    kernel: pair(5),
    strides: pair(3),
    dilation: pair(2),
    same: fc.boolean(),
    filters: fc.integer({ min: 1, max: 19 }),
    activation: fc.constantFrom('linear', 'relu', 'tanh'),
    pool: fc.constantFrom('', 'max', 'average'),
    join: fc.constantFrom('', 'add', 'concatenate'),
  })
  const bricksOf = (
    size: readonly [number, number],
    channels: number,
    layers: readonly (typeof layer extends fc.Arbitrary<infer T> ? T : never)[],
  ) => {
    const bricks: Brick[] = [input(size[0], size[1], channels)]
    for (const { kernel, strides, dilation, same, filters, activation: kind, pool, join } of layers) {
      const apart = dilation.some(d => d > 1)
      bricks.push(
        conv(filters, kernel, {
          strides: apart ? [1, 1] : strides,
          dilationRate: dilation,
          padding: same ? 'same' : 'valid',
          activation: kind,
        }),
      )
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
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 5, max: 14 }), fc.integer({ min: 5, max: 14 })),
        fc.integer({ min: 1, max: 9 }),
        fc.array(layer, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 2 }),
        fc.constantFrom('plain' as const, 'relaxed' as const),
        async (size, channels, layers, threads, build) => {
          const bricks = bricksOf(size, channels, layers)
          await compare({ bricks, seed: 3 }, threads, build).catch(error => {
            if (!/does not fit/.test(String(error))) throw error
          })
        },
      ),
      { numRuns: Number(globalThis.process?.env.NETLOOM_RUNS ?? 40), seed: 7 },
    )
  }, 120_000)
})
