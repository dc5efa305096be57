import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { randomNetwork } from '../drawn.testkit.ts'
import { conv, flatten, input, lossCases, networks, norm, softmax } from '../networks.testkit.ts'
import { type Brick, type Case, offDifferences, worst } from '../wasm/oracle.testkit.ts'
import { errors, missing, openBoth } from './card.testkit.ts'

const INDICES = Int32Array.from([7, 2, 11, 4])
/** Largest relative error allowed; all single precision, tfjs sums in double. */
const CLOSE = 1e-5
/** Random networks; few, because the software driver compiles each shader for half a second. */
const RUNS = Number(globalThis.process?.env.NETLOOM_RUNS ?? 5)

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

const compareByDifferences = async (bricks: readonly Brick[]) => {
  const { gpu, start, close } = await openBoth({ bricks })
  try {
    expect(await offDifferences(gpu, start, INDICES)).toBeLessThan(2e-3)
  } finally {
    close()
  }
}

afterEach(() => expect(errors).toEqual([]))

describe.skipIf(missing)('A plan on WebGPU has the gradients of tfjs', () => {
  for (const [name, bricks] of Object.entries(networks)) test(name, () => compare({ bricks }))

  test('a batch that is not full', () =>
    compare(
      {
        bricks: [
          ...[input(5, 5, 2), conv(3, [2, 2], { useBias: false }), norm()],
          ...[{ type: 'prelu', params: { sharedAxes: [1, 2] } }, { type: 'upSampling2d' }, { type: 'gaussianDropout' }],
          ...[flatten, softmax],
        ],
      },
      Int32Array.from([3, 9, 1]),
    ))

  test('normal numbers far from 0', () => compare({ bricks: [input(2000), { type: 'gaussianNoise', params: { stddev: 1 } }, softmax] }))

  test('sums cut into pieces', () => compare({ bricks: [input(20, 20, 1), conv(3, [3, 3]), flatten, softmax] }))

  test('random networks that branch and join', async () => {
    const network = randomNetwork({ layers: 4, side: 9 })
    await fc.assert(
      fc.asyncProperty(network, bricks => compare({ bricks, seed: 3 })),
      { numRuns: RUNS, seed: 7 },
    )
  }, 600_000)
})

describe.skipIf(missing)('Every loss and layout of targets', () => {
  for (const [name, given] of Object.entries(lossCases)) test(name, () => compare(given))
})

describe.skipIf(missing)('Differences of the loss agree', () => {
  test('for random networks without corners', async () => {
    const network = randomNetwork({ smooth: true, layers: 3, side: 7 })
    await fc.assert(fc.asyncProperty(network, compareByDifferences), { numRuns: Math.ceil(RUNS / 2), seed: 7 })
  }, 600_000)
  // tfjs divides the gradient by the whole window where the image's edge cuts it, though its values are means of what is inside.
  test('for means of windows that the edge cuts', () =>
    compareByDifferences([
      input(5, 4, 1),
      conv(2, [2, 2], { useBias: false }),
      { type: 'averagePooling2d', params: { poolSize: [3, 2], strides: [2, 1], padding: 'same' } },
      flatten,
      softmax,
    ]))
})
