import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnyLayerDef } from '../../layers/define.ts'
import { ACTIVATIONS } from '../../layers/lib/activations.ts'
import { layerOf, layers } from '../../layers/registry.ts'
import { sizeOf } from '../../layers/shape.ts'
import type { Precision } from '../precision.ts'
import { outputsOf } from '../verify.ts'
import { lower } from './lower.ts'
import { type Case, caseName, difference, openWith, outputsOfFile, probesFor, projectFor } from './onnx.testkit.ts'

beforeAll(async () => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
  tf.engine().startScope()
})
afterAll(() => tf.engine().endScope())

/** Largest relative difference between what tfjs and ONNX Runtime make of a case. */
const differenceOf = async (def: AnyLayerDef, c: Case, turned: boolean, precision: Precision = 'float32'): Promise<number> => {
  const input = await openWith(projectFor(def, c, turned), probesFor(def, c, 3), 5)
  const [wanted] = outputsOf(input.model, input.probes)
  const [got] = await outputsOfFile(input, precision)
  return difference((await wanted?.data()) ?? [], got ?? [])
}
const check = async (def: AnyLayerDef, c: Case, turned: boolean): Promise<void> =>
  expect(await differenceOf(def, c, turned)).toBeLessThanOrEqual(1e-5)

const layerNamed = (type: string): AnyLayerDef => {
  const def = layerOf(type)
  if (def) return def
  throw new Error(`There is no layer ${type}.`)
}

const built = layers.filter(def => def.build)

describe.each(built.map(def => [def.type, def] as const))('%s in ONNX Runtime computes what tfjs computes', (_type, def) => {
  const cases = def.cases.map(c => [caseName(c as Case), c as Case] as const)
  it.each(cases)('%s', (_name, c) => check(def, c, false))
  // The documented cases of the size of a photograph take tfjs's cpu backend long and say nothing more about layouts.
  const turnable = cases.filter(
    ([, c]) => c.input.some(s => s.length > 1) && c.input.every(s => sizeOf(s) < 12_000) && def.type !== 'embedding',
  )
  if (turnable.length > 0) it.each(turnable)('among convolutions: %s', (_name, c) => check(def, c, true))
})

describe.each(built.filter(def => def.weights).map(def => [def.type, def] as const))('%s with rounded kernels', (_type, def) => {
  const c = def.cases.at(-1) as Case
  it.each([
    ['float16', 2e-3],
    ['int8', 0.1],
  ] as const)('as %s stays close', async (precision, limit) =>
    expect(await differenceOf(def, c, false, precision)).toBeLessThanOrEqual(limit),
  )
})

describe('a cell with another activation', () => {
  const cells = ['simpleRnn', 'gru', 'lstm'] as const
  const paramsOf = (type: string, activation: string) => ({
    units: 3,
    activation,
    returnSequences: true,
    ...(type === 'simpleRnn' ? {} : { recurrentActivation: activation }),
  })
  const known = ['linear', 'relu', 'elu', 'sigmoid', 'hardSigmoid', 'tanh', 'softsign']
  it.each(cells.flatMap(type => known.map(activation => ({ type, activation }))))('$type with $activation', async ({ type, activation }) =>
    check(layerNamed(type), { input: [[4, 2]], params: paramsOf(type, activation) }, false),
  )

  it.each(cells.flatMap(type => ACTIVATIONS.filter(a => !known.includes(a)).map(activation => ({ type, activation }))))(
    '$type with $activation is refused by name',
    async ({ type, activation }) => {
      const c = { input: [[4, 2]], params: paramsOf(type, activation) }
      const refused = lower(await openWith(projectFor(layerNamed(type), c, false), [], 1), 'float32')
      expect(refused.ok ? '' : refused.issues[0]).toMatchObject({
        code: 'export/unsupported-layer',
        node: 'it',
        message: expect.stringMatching(new RegExp(`^The node "it" cannot be exported to ONNX: .*"${activation}"`)),
      })
    },
  )
})
