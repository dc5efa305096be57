import { describe, expect, it } from 'vitest'
import { openDawn } from '../../node/dawn.ts'
import type { OptimizerId } from '../graph/document.ts'
import { startEngine } from './engine.testkit.ts'
import { counting, readingZeros, startGpu } from './gpu.testkit.ts'
import { optimizers } from './optimizers.ts'
import { isNothing, Soak, type SoakCase, soakCases } from './soak.testkit.ts'

// A slice of what `npm run soak` does at length.

/** Time for a machine that is busy with other things, ms; alone it takes a tenth. */
const LIMIT = 180_000

const ids = Object.keys(optimizers) as OptimizerId[]
const ofLayer = (optimizer: OptimizerId, ...types: readonly string[]): SoakCase[] =>
  soakCases(optimizer).filter(({ title }) => types.includes(title.split(' ')[0] ?? ''))

/** Trains each case and expects that nothing comes to life after the second epoch, and nothing outlives the model. */
const holds = async (soak: Soak, cases: readonly SoakCase[], steps: number, engine: 'tfjs' | 'plan') => {
  let trained = 0
  for (const given of cases) {
    if (engine === 'plan' && !soak.hasPlan(given)) continue
    const found = await soak.run(given, steps, engine === 'plan' ? 'auto' : 'tfjs')
    const name = `${given.title}, ${given.project.training.optimizer}`
    expect(found, name).toMatchObject({ engine, steps })
    expect(isNothing(found.grown), `${name} grows: ${JSON.stringify(found.grown)}`).toBe(true)
    expect(isNothing(found.left), `${name} leaves: ${JSON.stringify(found.left)}`).toBe(true)
    trained += 1
  }
  expect(trained).toBeGreaterThan(3)
}

for (const [backend, engine] of [
  ['cpu', 'tfjs'],
  ['wasm', 'tfjs'],
  ['wasm', 'plan'],
] as const)
  describe(`on ${backend} by ${engine} no tensor, byte or thread is left`, () => {
    it('by any layer', async () => holds(new Soak(await startEngine(backend)), soakCases('adam'), 30, engine), LIMIT)
    it(
      'by any optimizer',
      async () => {
        const cases = ids.flatMap(id => ofLayer(id, 'dense'))
        await holds(new Soak(await startEngine(backend)), cases, 100, engine)
      },
      LIMIT,
    )
  })

const dawn = await openDawn({ kind: 'null' })

// The device computes nothing, but every tensor and buffer is made and freed as on a card.
describe.skipIf(!dawn.ok)('on WebGPU no tensor, byte or buffer is left', () => {
  const open = async (): Promise<Soak> => {
    if (!dawn.ok) throw new Error(dawn.issues[0].message)
    const { device } = dawn.value
    readingZeros(device)
    return new Soak(await startGpu(device, { computes: false }), counting(device))
  }
  it(
    'by tfjs',
    async () => {
      const soak = await open()
      await holds(soak, ofLayer('adam', 'dense', 'conv2d', 'batchNormalization', 'lstm'), 30, 'tfjs')
      await holds(
        soak,
        ids.flatMap(id => ofLayer(id, 'dense')),
        30,
        'tfjs',
      )
    },
    LIMIT,
  )
  it(
    'by plan',
    async () => {
      const soak = await open()
      await holds(soak, soakCases('adam'), 30, 'plan')
      await holds(
        soak,
        ids.flatMap(id => ofLayer(id, 'dense')),
        100,
        'plan',
      )
    },
    LIMIT,
  )
})
