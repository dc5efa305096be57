import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { randomLayers } from '../../engine/step.ts'
import { parseParams } from '../params.ts'
import { layerOf, layers } from '../registry.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const build = (type: string, params: Record<string, unknown>, shape: number[], seed: number): tf.LayersModel => {
  const def = layerOf(type)
  const layer = def?.build?.(parseParams(def.params, params).values, { tf, name: 'noise', output: shape, seed })
  if (!layer) throw new Error(`${type} builds nothing`)
  const input = tf.input({ shape })
  return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor })
}
const steps = (model: tf.LayersModel, x: tf.Tensor, count: number): string[] =>
  Array.from({ length: count }, () => (model.apply(x, { training: true }) as tf.Tensor).dataSync().join(' '))

describe.each(['dropout', 'spatialDropout1d', 'gaussianNoise', 'gaussianDropout', 'alphaDropout'])('%s', type => {
  const x = () => tf.ones([2, 5, 16])

  test('draws afresh at every training step, and the same again from the same seed', () => {
    const run = steps(build(type, {}, [5, 16], 3), x(), 4)
    expect(new Set(run).size).toBe(4)
    expect(steps(build(type, {}, [5, 16], 3), x(), 4)).toEqual(run)
    expect(steps(build(type, {}, [5, 16], 4), x(), 4)).not.toEqual(run)
  })

  test('takes the seed that the trainer gives it for a step', () => {
    const model = build(type, {}, [5, 16], 3)
    const [layer] = randomLayers(model)
    const drawn = [9, 10, 9].map(seed => {
      if (layer) layer.seed = seed
      return steps(model, x(), 1)[0]
    })
    expect(drawn[0]).toBe(drawn[2])
    expect(drawn[0]).not.toBe(drawn[1])
  })

  test('passes everything on when the network is only asked', () => {
    const asked = build(type, {}, [5, 16], 3).predict(x()) as tf.Tensor
    expect([...asked.dataSync()]).toEqual(Array(160).fill(1))
  })
})

test('only layers that draw random numbers carry a seed', () => {
  const random = layers.filter(def => {
    const [c] = def.cases
    if (!def.build || !c || c.input.length !== 1) return false
    const shape = [...(c.input[0] ?? [])]
    return randomLayers(build(def.type, c.params as Record<string, unknown>, shape, 1)).length > 0
  })
  expect(random.map(def => def.type).sort()).toEqual(['alphaDropout', 'dropout', 'gaussianDropout', 'gaussianNoise', 'spatialDropout1d'])
})

test('noise has the deviation asked for, alpha dropout keeps mean and variance', () => {
  const stats = (type: string, params: Record<string, unknown>) => {
    const values = tf.randomNormal([1, 40_000], 0, 1, 'float32', 5)
    const out = build(type, params, [40_000], 3).apply(values, { training: true }) as tf.Tensor
    const { mean, variance } = tf.moments(type === 'gaussianNoise' ? tf.sub(out, values) : out)
    return [mean, tf.sqrt(variance)].map(t => Number(t.dataSync()[0]))
  }
  const close = (got: number[], wanted: number[]) => {
    for (const [i, v] of got.entries()) expect(Math.abs(v - (wanted[i] ?? 0))).toBeLessThan(0.03)
  }
  close(stats('gaussianNoise', { stddev: 0.7 }), [0, 0.7])
  close(stats('alphaDropout', { rate: 0.3 }), [0, 1])
})

test('spatial dropout silences a feature for all its steps', () => {
  const out = build('spatialDropout1d', {}, [5, 16], 3).apply(tf.ones([1, 5, 16]), { training: true }) as tf.Tensor
  const values = [...out.dataSync()]
  expect(values.every((v, i) => v === values[i % 16])).toBe(true)
  expect(new Set(values)).toEqual(new Set([0, 2]))
})
