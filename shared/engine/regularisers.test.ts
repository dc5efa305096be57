import { describe, expect, it } from 'vitest'
import { DEFAULT_TRAINING } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import { buildModel } from './build.ts'
import { chain, startEngine } from './engine.testkit.ts'
import { objectiveOf } from './objective.ts'
import { optimizers } from './optimizers.ts'
import { compilePlan } from './plan/compile.ts'
import { penalties } from './plan/plan.ts'
import { trainableVariables, trainStep } from './step.ts'

const LAYERS: readonly (readonly [string, Record<string, unknown>, readonly number[], readonly string[]])[] = [
  ['dense', { units: 2 }, [3], ['kernel']],
  ['conv1d', { filters: 2 }, [4, 2], ['kernel']],
  ['conv2d', { filters: 2 }, [4, 4, 1], ['kernel']],
  ['conv2dTranspose', { filters: 2 }, [2, 2, 1], ['kernel']],
  ['separableConv2d', { filters: 2 }, [4, 4, 2], ['depthwise_kernel', 'pointwise_kernel']],
]

const lossOf = async (type: string, params: Record<string, unknown>, shape: readonly number[], frozen: boolean, learns = !frozen) => {
  const { tf } = (await startEngine('cpu')).engine
  const project = chain([
    ['in', 'input', { shape }],
    ['layer', type, params, { frozen }],
    ['flat', 'reshape', {}],
    ['out', 'dense', { units: 1 }],
  ])
  const model = unwrap(buildModel(resolve(project), tf, 3))
  model.getLayer('layer').trainable = learns
  const x = tf.ones([2, ...shape])
  const part = { inputs: new Float32Array(0), targets: new Float32Array(2), count: 2 }
  const objective = unwrap(objectiveOf(tf, model, 'meanSquaredError', { shape, classes: [], train: part, validation: part, test: part }))
  const kernels = model.getLayer('layer').weights.filter(w => /kernel$/.test(w.originalName))
  const sizes = kernels.flatMap(w => [...w.read().dataSync()])
  const context = {
    ...{ tf, objective, optimizer: optimizers.sgd.make(tf, 0.1), variables: trainableVariables(model) },
    ...{ random: [], seed: 1, checkFirst: false, setup: DEFAULT_TRAINING },
  }
  const batch = { x, y: tf.zeros([2]), size: 2 }
  const [loss] = trainStep(context, batch as unknown as Parameters<typeof trainStep>[1], 0, 0.1).dataSync()
  const after = kernels.flatMap(w => [...w.read().dataSync()])
  model.dispose()
  return { loss: loss ?? Number.NaN, sizes, after }
}
const sum = (values: readonly number[], f: (v: number) => number) => values.reduce((total, v) => total + f(v), 0)

describe('penalties on kernels', () => {
  for (const [type, params, shape, kernels] of LAYERS)
    it(`${type}: the loss grows by l1 · Σ|w| + l2 · Σw² over ${kernels.join(' and ')}, and large weights shrink`, async () => {
      const free = await lossOf(type, params, shape, false)
      const held = await lossOf(type, { ...params, l1: 0.1, l2: 0.5 }, shape, false)
      expect(held.sizes).toEqual(free.sizes)
      expect(held.loss - free.loss).toBeCloseTo(0.1 * sum(free.sizes, Math.abs) + 0.5 * sum(free.sizes, v => v * v), 4)
      held.after.forEach((w, i) => {
        const before = free.sizes[i] ?? 0
        expect(w - (free.after[i] ?? 0)).toBeCloseTo(-0.1 * (0.1 * Math.sign(before) + before), 4)
      })
    })

  it('training plans know them too, by layer', () => {
    const project = chain([
      ['in', 'input', { shape: [3] }],
      ['hidden', 'dense', { units: 4, l2: 0.1 }],
      ['held', 'dense', { units: 4, l1: 0.2 }, { frozen: true }],
      ['out', 'dense', { units: 2, activation: 'softmax' }],
    ])
    const plan = unwrap(compilePlan(resolve(project), { loss: 'sparseCategoricalCrossentropy', targets: 'oneHot' }))
    expect(penalties(plan)).toEqual([{ name: 'hidden/kernel', l1: 0, l2: 0.1 }])
  })

  it('a frozen layer pays none, as in Keras', async () => {
    const free = await lossOf('dense', { units: 2 }, [3], true)
    const held = await lossOf('dense', { units: 2, l2: 0.5 }, [3], true)
    expect(held.loss).toBe(free.loss)
  })

  it('a frozen layer that fine-tuning sets free pays like any other', async () => {
    const free = await lossOf('dense', { units: 2 }, [3], true, true)
    const held = await lossOf('dense', { units: 2, l2: 0.5 }, [3], true, true)
    expect(held.loss - free.loss).toBeCloseTo(0.5 * sum(free.sizes, v => v * v), 4)
  })
})
