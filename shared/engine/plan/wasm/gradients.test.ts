import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../../result.ts'
import { randomNetwork } from '../drawn.testkit.ts'
import { activation, CURVED, conv, dense, flatten, input, lossCases, networks, norm, softmax } from '../networks.testkit.ts'
import { type Brick, type Case, distance, host, offDifferences, openBoth, openOracle, worst } from './oracle.testkit.ts'
import { PlanRun } from './run.ts'

const INDICES = Int32Array.from([7, 2, 11, 4])
/** Largest relative error allowed; all single precision, tfjs sums in double. */
const CLOSE = 1e-5
/** Tests' repetitions; more by hand now and then. */
const RUNS = Number(globalThis.process?.env.NETLOOM_RUNS ?? 40)
/** Time for a busy machine, ms. */
const LIMIT = Math.max(180_000, 4000 * RUNS)

type Variant = readonly [threads: number, build: 'plain' | 'relaxed']
const VARIANTS: readonly Variant[] = [
  [1, 'plain'],
  [1, 'relaxed'],
  [2, 'plain'],
  [2, 'relaxed'],
]

/** Compares outputs, loss and all gradients of one step with tfjs on the cpu backend, for each way to run the kernels. */
const compare = async (given: Case, variants = VARIANTS) => {
  const oracle = await openOracle(given)
  try {
    const wanted = await oracle.tfjsStep(INDICES)
    for (const [threads, build] of variants) {
      const run = unwrap(await PlanRun.open(oracle.plan, oracle.setup, oracle.data.train, host, { threads, build, poison: true }))
      run.setWeights(oracle.start)
      expect(run.kernels).toMatchObject({ threads, build })
      const found = run.step(INDICES, 0.01)
      const outputs = new Float32Array(run.kernels.memory.buffer, run.layout.output, wanted.outputs.length)
      const off = worst(run.getGradients(), wanted.gradients)
      const name = `${off.name}, ${threads} threads, ${build}`
      expect(distance(outputs, wanted.outputs), name).toBeLessThan(CLOSE)
      expect(found.loss / INDICES.length).toBeCloseTo(wanted.loss, 4)
      expect(off.off, name).toBeLessThan(CLOSE)
      run.dispose()
    }
  } finally {
    oracle.close()
  }
}

describe('A plan has the gradients of tfjs on one thread and two, with plain and relaxed SIMD', () => {
  for (const [name, bricks] of Object.entries(networks)) test(name, () => compare({ bricks }))
  for (const kind of CURVED) test(`activation ${kind}`, () => compare({ bricks: [input(6), dense(9, kind), dense(7, 'relu'), softmax] }))
})

describe('Every loss and layout of targets', () => {
  for (const [name, given] of Object.entries(lossCases)) test(name, () => compare(given, [[2, 'relaxed']]))
})

test(
  'Random networks that branch and join have the gradients of tfjs',
  async () => {
    await fc.assert(
      fc.asyncProperty(randomNetwork(), fc.constantFrom(...VARIANTS), (bricks, variant) => compare({ bricks, seed: 3 }, [variant])),
      { numRuns: RUNS, seed: 7 },
    )
  },
  LIMIT,
)

const compareByDifferences = async (bricks: readonly Brick[], threads = 2) => {
  const { run, start, close } = await openBoth({ bricks }, { threads })
  try {
    expect(await offDifferences(run, start, INDICES)).toBeLessThan(2e-3)
  } finally {
    close()
  }
}

describe('Differences of the loss agree', () => {
  test(
    'for random networks without corners',
    async () => {
      const smooth = randomNetwork({ smooth: true, layers: 4, side: 8 })
      await fc.assert(fc.asyncProperty(smooth, fc.integer({ min: 1, max: 2 }), compareByDifferences), {
        numRuns: Math.ceil(RUNS / 4),
        seed: 7,
      })
    },
    LIMIT,
  )
  test('for batch normalisation without factor or offset', () =>
    compareByDifferences([input(5, 4), dense(4, 'tanh'), norm({ scale: false }), norm({ center: false }), flatten, softmax]))
  // tfjs divides the gradient by the whole window where the image's edge cuts it, though its values are means of what is inside.
  test('for means of windows at the border', () =>
    compareByDifferences([
      input(5, 5, 2),
      conv(3, [2, 2]),
      { type: 'averagePooling2d', params: { poolSize: [3, 3], strides: [1, 1], padding: 'same' } },
      activation('tanh'),
      flatten,
      softmax,
    ]))
})
