import { describe, expect, it } from 'vitest'
import { buildModel } from '../engine/build.ts'
import { chain, startEngine } from '../engine/engine.testkit.ts'
import { PROBE_CHANNELS } from '../engine/protocol.ts'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import { watch } from './activations.ts'
import { statsOf } from './stats.ts'

describe('statistics of a tensor', () => {
  it('tells range, mean, dead channels and the distribution', () => {
    const stats = statsOf(Float32Array.of(0, 1, 0, 3, 0, 8), 2)
    expect(stats).toMatchObject({ min: 0, max: 8, mean: 2, dead: 0.5 })
    expect(stats.histogram[0]).toBe(3)
    expect(stats.histogram.at(-1)).toBe(1)
    expect(stats.histogram.reduce((a, b) => a + b, 0)).toBe(6)
  })

  it('survives constants, nothing at all and values that are no numbers', () => {
    expect(statsOf(Float32Array.of(2, 2), 1)).toMatchObject({ min: 2, max: 2, mean: 2, dead: 0 })
    expect(statsOf(new Float32Array(), 4)).toMatchObject({ min: 0, max: 0 })
    const odd = statsOf(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, 3), 2)
    expect(odd).toMatchObject({ min: 1, max: 3, mean: 2 })
    expect(odd.histogram.reduce((a, b) => a + b, 0)).toBe(2)
  })
})

it('shows every layer of one input, few channels of all and all channels of one', async () => {
  const { tf } = (await startEngine('wasm')).engine
  const project = chain([
    ['in', 'input', { shape: [6, 6, 1] }],
    ['conv', 'conv2d', { filters: 20, kernelSize: [3, 3], activation: 'relu' }],
    ['flat', 'flatten'],
    ['out', 'dense', { units: 30, activation: 'softmax' }],
  ])
  const model = unwrap(buildModel(resolve(project), tf, 1))
  const before = tf.memory().numTensors
  const watcher = watch(tf, model)
  const values = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i))
  const { layers, output } = await watcher.all(values)
  expect(layers.map(l => [l.node, l.shape, l.channels])).toEqual([
    ['in', [6, 6, 1], 1],
    ['conv', [4, 4, 20], PROBE_CHANNELS],
    ['flat', [320], 320],
    ['out', [30], 30],
  ])
  const conv = await watcher.one(values, 'conv')
  expect(conv?.channels).toBe(20)
  expect(conv?.stats).toEqual(layers[1]?.stats)
  for (let pixel = 0; pixel < 16; pixel++)
    expect(layers[1]?.values.slice(pixel * 16, pixel * 16 + 16)).toEqual(conv?.values.slice(pixel * 20, pixel * 20 + 16))
  expect(output).toEqual(layers[3]?.values)
  expect(await watcher.one(values, 'none')).toBeNull()
  expect(tf.memory().numTensors).toBe(before)
  model.dispose()
})
