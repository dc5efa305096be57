import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AnyLayerDef, LayerCase } from '../layers/define.ts'
import { parseParams } from '../layers/params.ts'
import { layers } from '../layers/registry.ts'
import { dims, type Shape, sizeOf } from '../layers/shape.ts'
import { unwrap } from '../result.ts'
import { rng } from '../rng.ts'
import { slopeAt } from './slope.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

type Case = LayerCase<Record<string, unknown>>
const random = rng(5)
const noise = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal())

/** The layer under its inputs, before its activation, with weights that are all different. */
const open = (def: AnyLayerDef, c: Case) => {
  const { values: params } = parseParams(def.params, { ...c.params, ...('activation' in def.params ? { activation: 'linear' } : {}) })
  const input = unwrap(def.input.accept(c.input))
  const output: Shape = unwrap(def.shape(input, params))
  const layer = def.build?.(params, { tf, name: 'node', output, seed: 3 })
  if (!layer) throw new Error(`${def.type} has no build`)
  const feeds = c.input.map(shape => tf.input({ shape: [...shape] }))
  layer.apply(feeds.length === 1 && feeds[0] ? feeds[0] : feeds)
  layer.setWeights(
    layer.weights.map(w =>
      tf.tensor(
        noise(sizeOf(w.shape as number[])).map(v => 0.2 + Math.abs(v)),
        w.shape as number[],
      ),
    ),
  )
  const weights = new Map(layer.weights.map(w => [w.originalName.split('/').at(-1) ?? '', w.read()]))
  return { params, output, layer, weights }
}

const STEP = 1e-3
/** What the layer itself says: how the sum of gain × output changes when its inputs move in a direction (central difference; these layers are linear, or nearly). */
const measured = (
  layer: tf.layers.Layer,
  inputs: readonly { shape: Shape; values: Float32Array }[],
  by: readonly Float32Array[],
  weighting: tf.Tensor,
) =>
  tf.tidy(() => {
    const at = (sign: number) => {
      const xs = inputs.map(({ shape, values }, i) =>
        tf.tensor(
          values.map((v, k) => v + sign * STEP * (by[i]?.[k] ?? 0)),
          [1, ...shape],
        ),
      )
      const y = layer.apply(xs.length === 1 && xs[0] ? xs[0] : xs, { training: false }) as tf.Tensor
      return tf.mul(y, weighting).sum().dataSync()[0] as number
    }
    return (at(1) - at(-1)) / (2 * STEP)
  })

/** A direction that moves one value in eight, or a single one. */
const direction = (size: number, single: boolean): Float32Array => {
  const one = Math.floor(random.next() * size)
  return Float32Array.from({ length: size }, (_, i) => (single ? Number(i === one) : random.next() < 0.125 ? random.normal() : 0))
}

describe('going back through one output channel tells how the layer answers to every input', () => {
  for (const def of layers) {
    const { type, backward } = def
    // A softmax counts as open, as one at the end of another layer does.
    for (const c of (type === 'softmax' ? [] : def.cases) as readonly Case[]) {
      // Blended pixels count as copies of the nearest one: which channel they came from stays right.
      if (!backward || c.params.interpolation === 'bilinear' || sizeOf(c.input[0] ?? []) > 40_000) continue
      it(`${type} ${c.input.map(dims).join(' + ')} ${JSON.stringify(c.params)}`, () => {
        const { params, output, layer, weights } = open(def, c)
        const depth = output.at(-1) ?? 1
        const channel = depth - 1
        const gain = noise(sizeOf(output) / depth)
        const weighting = tf.tensor(
          Float32Array.from({ length: sizeOf(output) }, (_, i) => (i % depth === channel ? (gain[Math.floor(i / depth)] as number) : 0)),
          [1, ...output],
        )
        const inputs = c.input.map(shape => ({ shape, values: noise(sizeOf(shape)) }))
        const column = (w: tf.Tensor) => tf.gather(w, tf.tensor1d([0, channel], 'int32'), w.rank - 1).dataSync() as Float32Array
        const into = inputs.map(({ values }) => new Float32Array(values.length))
        backward.back(
          {
            inputs,
            output: { shape: output, values: new Float32Array() },
            params,
            weights: new Map([...weights].map(([k, w]) => [k, column(w)])),
            columns: 2,
          },
          { channel, column: 1, gain },
          into,
        )
        for (let trial = 0; trial < 8; trial++) {
          const by = inputs.map(({ values }) => direction(values.length, trial % 2 === 0))
          const told = into.reduce((sum, mine, i) => sum + mine.reduce((s, v, k) => s + v * (by[i]?.[k] ?? 0), 0), 0)
          expect(told).toBeCloseTo(measured(layer, inputs, by, weighting), 1)
        }
        expect(into.some(mine => mine.some(v => v !== 0))).toBe(true)
      })
    }
  }
})

it('reads the slope of an activation from its output', () => {
  for (const name of ['relu', 'relu6', 'elu', 'selu', 'sigmoid', 'hardSigmoid', 'tanh', 'softplus', 'softsign', 'linear'] as const) {
    const apply = (x: tf.Tensor) => tf.layers.activation({ activation: name }).apply(x) as tf.Tensor
    for (const x of [-7, -1.3, -0.2, 0.4, 1.7, 9]) {
      const y = apply(tf.tensor2d([[x]])).dataSync()[0] as number
      const slope = tf
        .grad((t: tf.Tensor) => tf.sum(apply(t)))(tf.tensor2d([[x]]))
        .dataSync()[0] as number
      expect(slopeAt(name, y), `${name} at ${x}`).toBeCloseTo(slope, 2)
    }
  }
})
