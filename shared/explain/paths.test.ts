import type * as tfjs from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { buildModel } from '../engine/build.ts'
import { startEngine } from '../engine/engine.testkit.ts'
import type { Contribution } from '../engine/protocol.ts'
import { readColumns } from '../engine/weights.ts'
import { chain, node, project } from '../graph/build.testkit.ts'
import type { ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import { watch } from './activations.ts'
import { type PathModel, pathsTo } from './paths.ts'

/** A network of known numbers, without any engine. */
const byHand = (file: ProjectFile, values: Record<string, number[]>, weights: Record<string, number[][]>): PathModel => ({
  resolved: resolve(file),
  values: async id => (values[id] ? Float32Array.from(values[id]) : null),
  weights: async (id, name, columns) => {
    const kernel = weights[`${id}/${name}`]
    return kernel ? Float32Array.from(kernel.flatMap(row => columns.map(c => row[c] ?? 0))) : null
  },
})
const told = (paths: readonly Contribution[]) =>
  paths.map(({ from, to, share }) => `${from.node} ${from.channel} > ${to.node} ${to.channel}: ${share.toFixed(2)}`)

const twoLayers = (activation: string) =>
  byHand(
    chain(
      node('in', 'input', { shape: [3] }),
      node('hidden', 'dense', { units: 2, activation: 'relu' }),
      node('out', 'dense', { units: 2, activation }),
    ),
    { in: [1, 2, 0], hidden: [3, 0], out: [0.1, 0.9] },
    {
      'hidden/kernel': [
        [1, -1],
        [1, 1],
        [5, 5],
      ],
      'out/kernel': [
        [-1, 2],
        [4, 4],
      ],
    },
  )

describe('paths to a unit', () => {
  it('are weight × input value, as a part of all that arrives, from the winner to the input', async () => {
    const paths = await pathsTo(twoLayers('softmax'), { node: 'out', channel: null, budget: 6 })
    // Hidden unit 1 is silent and input 2 is zero: nothing runs through them. The gain of the way is in the second layer's parts: 2·1·1 and 2·1·2.
    expect(told(paths)).toEqual(['hidden 0 > out 1: 1.00', 'in 1 > hidden 0: 0.67', 'in 0 > hidden 0: 0.33'])
  })

  it('keep their sign all the way: what feeds an opponent of the target works against it', async () => {
    const paths = await pathsTo(twoLayers('softmax'), { node: 'out', channel: 0, budget: 6 })
    expect(told(paths)).toEqual(['hidden 0 > out 0: -1.00', 'in 1 > hidden 0: -0.67', 'in 0 > hidden 0: -0.33'])
  })

  it('explain a silent unit too', async () => {
    const paths = await pathsTo(twoLayers('linear'), { node: 'hidden', channel: 1, budget: 6 })
    expect(told(paths)).toEqual(['in 1 > hidden 1: 0.67', 'in 0 > hidden 1: -0.33'])
  })

  it('end where a layer is of no known type, and where there is no such channel', async () => {
    const odd = byHand(chain(node('in', 'input', { shape: [1] }), node('odd', 'sorcery')), { in: [1], odd: [1] }, {})
    expect(await pathsTo(odd, { node: 'odd', channel: null, budget: 6 })).toEqual([])
    expect(await pathsTo(twoLayers('relu'), { node: 'out', channel: 7, budget: 6 })).toEqual([])
    expect(await pathsTo(twoLayers('relu'), { node: 'nowhere', channel: 0, budget: 6 })).toEqual([])
  })
})

/** A built network seen at one input, and the change of one linear output when an input channel is scaled. */
const built = async (file: ProjectFile, values: Float32Array) => {
  const { tf } = (await startEngine('wasm')).engine
  const resolved = resolve(file)
  const model = unwrap(buildModel(resolved, tf, 4))
  const sight = watch(tf, model).open(values)
  const path: PathModel = {
    resolved,
    values: sight.values,
    weights: (id, name, columns) => readColumns(tf, model, `${id}/${name}`, columns),
  }
  const output = (input: Float32Array, unit: number): number =>
    tf.tidy(() => {
      const shape = model.inputs[0]?.shape.slice(1) as number[]
      return (model.predict(tf.tensor(input, [1, ...shape])) as tfjs.Tensor).dataSync()[unit] as number
    })
  const close = (): void => {
    sight.close()
    model.dispose()
  }
  return { tf, path, output, close }
}

/** Two branches with everything a small network has, joined by Add and Concatenate. */
const branches = (): ProjectFile =>
  project(
    [
      node('in', 'input', { shape: [9, 9, 3] }),
      node('pad', 'zeroPadding2d'),
      node('left', 'conv2d', { filters: 6, kernelSize: [3, 3], activation: 'tanh' }),
      node('right', 'conv2d', { filters: 6, kernelSize: [3, 3], padding: 'same' }),
      node('norm', 'batchNormalization'),
      node('relu', 'activation'),
      node('sum', 'add'),
      node('small', 'maxPooling2d'),
      node('mean', 'averagePooling2d'),
      node('both', 'concatenate'),
      node('drop', 'dropout'),
      node('flat', 'flatten'),
      node('hidden', 'dense', { units: 20, activation: 'relu' }),
      node('out', 'dense', { units: 4 }),
    ],
    [
      ...['in>pad', 'pad>left', 'in>right', 'right>norm', 'norm>relu', 'left>sum', 'relu>sum'],
      ...['sum>small', 'sum>mean', 'small>both', 'mean>both', 'both>drop', 'drop>flat', 'flat>hidden', 'hidden>out'],
    ],
  )

describe('paths through a built network', () => {
  const values = Float32Array.from({ length: 243 }, (_, i) => Math.sin(i * 1.7) + 0.2)

  it('reach the input over every branch, each layer within its budget, and leave no memory behind', async () => {
    const { tf, path, close } = await built(branches(), values)
    const paths = await pathsTo(path, { node: 'out', channel: 2, budget: 5 })
    const ways = new Set(paths.map(p => `${p.from.node}>${p.to.node}`))
    const wires = new Set(branches().graph.wires.map(w => `${w.from}>${w.to}`))
    expect([...ways].filter(way => !wires.has(way))).toEqual([])
    for (const way of ['in>pad', 'pad>left', 'in>right', 'right>norm', 'left>sum', 'relu>sum']) expect(ways).toContain(way)
    for (const way of ways) {
      const here = paths.filter(p => `${p.from.node}>${p.to.node}` === way)
      expect(new Set(here.map(p => p.from.channel)).size).toBeLessThanOrEqual(5)
      expect(here.reduce((sum, p) => sum + Math.abs(p.share), 0)).toBeLessThanOrEqual(1.0001)
    }
    // A path never begins in the middle: whatever gives has been reached from the target.
    const reached = new Set(['out 2', ...paths.map(p => `${p.from.node} ${p.from.channel}`)])
    expect(paths.every(p => reached.has(`${p.to.node} ${p.to.channel}`))).toBe(true)
    close()
    const before = tf.memory().numTensors
    const again = await built(branches(), values)
    await pathsTo(again.path, { node: 'left', channel: null, budget: 5 })
    again.close()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('give the input channels the weight they really have, measured by scaling each of them', async () => {
    // Few enough units that the walk follows all of them.
    const file = chain(
      node('in', 'input', { shape: [6, 6, 3] }),
      node('conv', 'conv2d', { filters: 3, kernelSize: [3, 3], activation: 'relu' }),
      node('pool', 'maxPooling2d'),
      node('flat', 'flatten'),
      node('hidden', 'dense', { units: 4, activation: 'relu' }),
      node('out', 'dense', { units: 3 }),
    )
    const image = values.slice(0, 108)
    const { path, output, close } = await built(file, image)
    const paths = await pathsTo(path, { node: 'out', channel: 1, budget: 24, faint: 0 })
    const mine = [0, 1, 2].map(c => paths.filter(p => p.from.node === 'in' && p.from.channel === c).reduce((s, p) => s + p.share, 0))
    const real = [0, 1, 2].map(c => {
      const scaled = (by: number) =>
        output(
          image.map((v, i) => (i % 3 === c ? v * by : v)),
          1,
        )
      return (scaled(1.002) - scaled(0.998)) / 0.004
    })
    const ratio = (of: number[]) => of.map(v => v / Math.max(...of.map(Math.abs)))
    ratio(mine).forEach((v, i) => {
      expect(v).toBeCloseTo(ratio(real)[i] ?? Number.NaN, 3)
    })
    close()
  })
})
