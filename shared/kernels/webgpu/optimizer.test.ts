import type * as tfjs from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { decayWeights } from '../../engine/gradients.ts'
import { disposeOptimizer, makeOptimizer, optimizers, setLearningRate, type TfOptimizer, updateVariables } from '../../engine/optimizers.ts'
import { distance } from '../../engine/plan/wasm/oracle.testkit.ts'
import { missing } from '../../engine/plan/webgpu/card.testkit.ts'
import type { OptimizerId } from '../../graph/document.ts'
import { normals, tf } from './kernels.testkit.ts'
import { GpuOptimizer } from './optimizer.ts'

const SHAPES = [[3, 5], [7], [300, 3]]
const RATES = [0.02, 0.02, 0.005, 0.01, 0.01]

type Update = (optimizer: TfOptimizer, variables: readonly tfjs.Variable[], gradients: tfjs.NamedTensorMap, learningRate: number) => void

/** Weights after five steps with random gradients at changing rates; the last variable has a gradient in the first three only. */
const trained = async (backend: string, make: () => TfOptimizer, update: Update): Promise<Float32Array[]> => {
  await tf.setBackend(backend)
  const before = tf.memory().numTensors
  const variables = SHAPES.map((shape, i) => tf.variable(tf.tensor(normals(shape, i), shape)))
  const optimizer = make()
  RATES.forEach((rate, step) => {
    const learning = variables.slice(0, step < 3 ? 3 : 2)
    const gradients = Object.fromEntries(learning.map((v, i) => [v.name, tf.tensor(normals(v.shape, 10 * step + i + 100), v.shape)]))
    setLearningRate(optimizer, rate)
    tf.tidy(() => update(optimizer, variables, gradients, rate))
    tf.dispose(Object.values(gradients))
  })
  const weights = await Promise.all(variables.map(async v => Float32Array.from(await v.data())))
  disposeOptimizer(optimizer)
  tf.dispose(variables)
  // Copies of the variables' first values.
  expect(tf.memory().numTensors).toBe(before + SHAPES.length)
  return weights
}

describe.skipIf(missing)('An optimizer on WebGPU', () => {
  for (const id of Object.keys(optimizers) as OptimizerId[])
    for (const decay of [0, 0.05])
      it(`is ${id} of the cpu backend, with a weight decay of ${decay}`, async () => {
        const wanted = await trained(
          'cpu',
          () => optimizers[id].make(tf, 1),
          (optimizer, variables, gradients, rate) => {
            decayWeights(tf, variables, rate * decay)
            optimizer.applyGradients(gradients)
          },
        )
        const found = await trained(
          'webgpu',
          () => makeOptimizer(tf, id, 1),
          (optimizer, variables, gradients, learningRate) => {
            expect(optimizer).toBeInstanceOf(GpuOptimizer)
            updateVariables(tf, optimizer, variables, gradients, { learningRate, decay })
          },
        )
        wanted.forEach((w, i) => {
          expect(distance(found[i] ?? new Float32Array(), w)).toBeLessThan(1e-5)
        })
      })

  it('leaves weights alone that somebody has read or holds', async () => {
    await tf.setBackend('webgpu')
    const variable = tf.variable(tf.tensor1d([1, 2, 3]))
    const held = variable.clone()
    const optimizer = makeOptimizer(tf, 'sgd', 1)
    const early = variable.data()
    updateVariables(tf, optimizer, [variable], { [variable.name]: tf.tensor1d([1, 1, 1]) }, { learningRate: 1, decay: 0 })
    expect([...(await early)]).toEqual([1, 2, 3])
    expect([...(await held.data())]).toEqual([1, 2, 3])
    expect([...(await variable.data())]).toEqual([0, 1, 2])
    disposeOptimizer(optimizer)
  })
})
