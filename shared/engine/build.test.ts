import type * as tfjs from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import { buildModel } from './build.ts'
import { chain, clouds, collect, jobOf, type Link, startEngine } from './engine.testkit.ts'
import { brokenWeight } from './health.ts'
import { getWeights, nodeOfWeight } from './weights.ts'

const links: Link[] = [
  ['in', 'input', { shape: [6] }],
  ['a', 'dense', { units: 5 }, { frozen: true }],
  ['norm', 'batchNormalization', {}, { frozen: true }],
  ['skipped', 'dropout', { rate: 0.5 }, { bypassed: true }],
  ['b', 'dense', { units: 3, activation: 'softmax' }],
]

describe('building', () => {
  it('names layers like their nodes, leaves bypassed ones out and counts what resolve counts', async () => {
    const { tf } = (await startEngine('cpu')).engine
    const resolved = resolve(chain(links))
    const model = unwrap(buildModel(resolved, tf, 1))
    expect(model.layers.map(layer => layer.name)).toEqual(['in', 'a', 'norm', 'b'])
    expect(model.countParams()).toBe(resolved.totals.parameters)
    const names = [...resolved.nodes.values()].filter(n => !n.node.bypassed).flatMap(n => n.weights.map(w => `${n.node.id}/${w.name}`))
    expect((await getWeights(model)).map(w => w.name)).toEqual(names)
    model.dispose()
  })

  it('weights of a layer inside a layer belong to the node', async () => {
    const { tf } = (await startEngine('cpu')).engine
    const links: Link[] = [
      ['in', 'input', { shape: [4, 2] }],
      ['both', 'bidirectional', { units: 2 }],
      ['out', 'dense', { units: 1 }],
    ]
    const model = unwrap(buildModel(resolve(chain(links)), tf, 1))
    const own = await getWeights(model, 'both')
    expect(own.map(w => w.name)).toContain('both/backward_lstm/kernel')
    expect([own.length, new Set(own.map(w => nodeOfWeight(w.name)))]).toEqual([6, new Set(['both'])])
    own.at(-1)?.values.fill(Number.NaN)
    expect(brokenWeight(own)).toBe('both')
    model.dispose()
  })

  it('frozen layers come out of a training as they went in, statistics included', async () => {
    const running = await startEngine('wasm')
    const job = jobOf(chain(links, { epochs: 2, batchSize: 16 }), clouds([6]), running)
    const before = await getWeights(job.model)
    await collect(job, running.engine)
    const after = await getWeights(job.model)
    for (const [i, weight] of before.entries()) {
      if (weight.name.startsWith('b/')) expect(after[i]?.values).not.toEqual(weight.values)
      else expect(after[i]).toEqual(weight)
    }
    job.model.dispose()
  })

  it('branches meet again, and the same seed gives the same weights', async () => {
    const { tf } = (await startEngine('cpu')).engine
    const base = chain([
      ['in', 'input', { shape: [6] }],
      ['left', 'dense', { units: 4 }],
      ['right', 'dense', { units: 4 }],
      ['sum', 'add'],
    ])
    const wires = [
      ['in', 'left'],
      ['in', 'right'],
      ['left', 'sum'],
      ['right', 'sum'],
    ].map(([from = '', to = ''], i) => ({ id: `w${i}`, from, to }))
    const resolved = resolve({ ...base, graph: { ...base.graph, wires } })
    const weights = async (seed: number) => {
      const model = unwrap(buildModel(resolved, tf, seed))
      const out = tf.tidy(() => (model.apply(tf.ones([2, 6])) as tfjs.Tensor).shape)
      expect(out).toEqual([2, 4])
      const values = (await getWeights(model)).map(w => [...w.values])
      model.dispose()
      return values
    }
    const first = await weights(1)
    expect(await weights(1)).toEqual(first)
    expect(await weights(2)).not.toEqual(first)
    expect(first[0]).not.toEqual(first[2])
  })

  it('refuses a network with problems and leaves no tensors behind', async () => {
    const { tf } = (await startEngine('cpu')).engine
    const before = tf.memory().numTensors
    const result = buildModel(
      resolve(
        chain([
          ['in', 'input'],
          ['odd', 'noSuchLayer'],
          ['out', 'dense'],
        ]),
      ),
      tf,
      1,
    )
    expect(result.ok).toBe(false)
    expect(tf.memory().numTensors).toBe(before)
  })
})
