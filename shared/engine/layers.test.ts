import type * as tfjs from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { ACTIVATIONS } from '../layers/lib/activations.ts'
import { parseParams } from '../layers/params.ts'
import { layers } from '../layers/registry.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { unwrap } from '../result.ts'
import { rng } from '../rng.ts'
import { buildModel } from './build.ts'
import { chain, startEngine } from './engine.testkit.ts'
import { randomLayers, trainableVariables } from './step.ts'
import type { Tf } from './tf.ts'

/** Cases above this many input values are left to the contract tests of shapes; the cpu backend would take seconds. */
const LARGEST = 500

const single = (type: string, params: Record<string, unknown>, shape: Shape): ProjectFile =>
  chain([
    ['in', 'input', { shape }],
    ['layer', type, params],
  ])

/** A network of one merging layer, which a document may only hold behind a single input. */
const merge = (tf: Tf, type: string, params: Record<string, unknown>, shapes: readonly Shape[]): tfjs.LayersModel => {
  const def = layers.find(d => d.type === type)
  if (!def?.build) throw new Error(`${type} builds nothing`)
  const { values } = parseParams(def.params, params)
  const output = unwrap(def.shape(unwrap(def.input.accept(shapes)), values))
  const layer = def.build(values, { tf, name: 'layer', seed: 1, output })
  const inputs = shapes.map(shape => tf.input({ shape: [...shape] }))
  return tf.model({ inputs, outputs: layer.apply(inputs) as tfjs.SymbolicTensor })
}

/** Output, gradients of the inputs and of the weights of a one-layer network in training mode, for seeded inputs. */
const compute = async (
  backend: 'cpu' | 'wasm',
  type: string,
  params: Record<string, unknown>,
  shapes: readonly Shape[],
): Promise<Float32Array[]> => {
  const { tf } = (await startEngine(backend)).engine
  const model =
    shapes.length > 1 ? merge(tf, type, params, shapes) : unwrap(buildModel(resolve(single(type, params, shapes[0] ?? [])), tf, 5))
  for (const layer of randomLayers(model)) layer.seed = 9
  const results = tf.tidy(() => {
    const random = rng(4)
    const noise = (shape: readonly number[]) =>
      tf.tensor(
        Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
        [...shape],
      )
    const xs = shapes.map(shape => (type === 'embedding' ? tf.floor(tf.abs(noise([3, ...shape]))) : noise([3, ...shape])))
    const run = (inputs: tfjs.Tensor[]) =>
      model.apply(inputs.length === 1 ? (inputs[0] as tfjs.Tensor) : inputs, { training: true }) as tfjs.Tensor
    const variables = trainableVariables(model)
    // Values that begin at zero or one would hide what a layer makes of them.
    for (const variable of variables) variable.assign(noise(variable.shape))
    const output = run(xs)
    const weight = noise(output.shape)
    const loss = (...inputs: tfjs.Tensor[]) => tf.sum(tf.mul(run(inputs), weight)) as tfjs.Scalar
    // An index has no gradient.
    const forInputs = type === 'embedding' ? [] : tf.grads(loss)(xs)
    const forWeights = variables.length > 0 ? Object.values(tf.variableGrads(() => loss(...xs), variables).grads) : []
    return [output, ...forInputs, ...forWeights].map(t => Float32Array.from(t.dataSync()))
  })
  model.dispose()
  return results
}

const expectSame = async (type: string, params: Record<string, unknown>, shapes: readonly Shape[]) => {
  const [wanted, got] = [await compute('cpu', type, params, shapes), await compute('wasm', type, params, shapes)]
  expect(got.map(g => g.length)).toEqual(wanted.map(w => w.length))
  wanted.forEach((w, i) => {
    const largest = w.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3)
    const worst = w.reduce((m, v, k) => Math.max(m, Math.abs(v - (got[i]?.[k] ?? Number.NaN))), 0)
    expect(worst / largest).toBeLessThan(1e-4)
  })
}

describe('every layer trains on wasm as on cpu', () => {
  for (const def of layers.filter(d => d.build))
    for (const [i, { input, params }] of def.cases.entries())
      if (input.reduce((sum, shape) => sum + sizeOf(shape), 0) <= LARGEST)
        it(`${def.type}, case ${i + 1}`, () => expectSame(def.type, { ...params }, input))

  for (const activation of ACTIVATIONS) it(`${activation} activation`, () => expectSame('dense', { units: 5, activation }, [[7]]))
})
