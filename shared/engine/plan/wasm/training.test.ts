import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { OPTIMIZERS } from '../../../graph/document.ts'
import { sizeOf } from '../../../layers/shape.ts'
import { unwrap } from '../../../result.ts'
import { getWeights, setWeights } from '../../weights.ts'
import { compilePlan } from '../compile.ts'
import { conv, dense, input, networks } from '../networks.testkit.ts'
import { normalShare, normalsOf } from './draws.testkit.ts'
import type { PlanSetup } from './layout.ts'
import { type Brick, distance, host, network, openBoth, randomData, worst } from './oracle.testkit.ts'
import { type PlanOptions, PlanRun } from './run.ts'

const small = [input(6), dense(11, 'relu'), dense(4, 'softmax')]
const image = [
  input(9, 9, 8),
  conv(9, [3, 3], { activation: 'relu' }),
  { type: 'batchNormalization' },
  { type: 'maxPooling2d' },
  { type: 'flatten' },
  { type: 'dropout', params: { rate: 0.3 } },
  dense(4, 'softmax'),
]
const setup: PlanSetup = { optimizer: 'adam', batchSize: 8, seed: 3 }

const open = async (bricks: readonly Brick[], more: Partial<PlanSetup> = {}, options: PlanOptions = { threads: 2, poison: true }) => {
  const resolved = network(bricks)
  const shape = resolved.nodes.get('n0')?.output ?? []
  const data = randomData(shape, 4, 'oneHot', 50)
  const plan = unwrap(compilePlan(resolved, { loss: 'sparseCategoricalCrossentropy', targets: 'oneHot' }))
  const run = unwrap(await PlanRun.open(plan, { ...setup, ...more }, data.train, host, options))
  run.setWeights(
    run.getWeights().map(w => ({ ...w, values: w.values.map((_, i) => (/variance|gamma/.test(w.name) ? 1 : 0.4 * Math.sin(i * i + 1))) })),
  )
  return { run, data }
}

/** Losses of some steps, the last batch smaller than the others. */
const curve = async (bricks: readonly Brick[], options: PlanOptions) => {
  const { run } = await open(bricks, {}, options)
  const losses = Array.from({ length: 12 }, (_, k) => {
    const indices = Int32Array.from({ length: k % 3 === 2 ? 5 : 8 }, (_, i) => (k * 11 + i * 7) % 50)
    return run.step(indices, 0.01).loss
  })
  run.dispose()
  return losses
}

describe('Optimizers', () => {
  for (const optimizer of OPTIMIZERS)
    test(`${optimizer} moves the weights as tfjs does`, async () => {
      const both = await openBoth({ bricks: small, optimizer }, { threads: 2 })
      for (let step = 0; step < 6; step++) {
        const indices = Int32Array.from([step, step + 3, 11 - step, 5])
        await both.tfjsStep(indices)
        both.run.step(indices, 0.01)
      }
      const found = both.run.getWeights()
      for (const [i, weight] of both.model.getWeights().entries())
        expect(distance(found[i]?.values ?? [], weight.dataSync()), found[i]?.name).toBeLessThan(2e-5)
      both.close()
    })

  test('Weight decay takes its share of every weight, with any optimizer, and AdamW is Adam with it', async () => {
    for (const optimizer of ['sgd', 'adamw'] as const) {
      const both = await openBoth({ bricks: small, optimizer }, { threads: 2 }, { weightDecay: 3 })
      const plain = await openBoth({ bricks: small, optimizer: optimizer === 'adamw' ? 'adam' : optimizer }, { threads: 2 })
      for (let step = 0; step < 3; step++) {
        const indices = Int32Array.from([step, step + 3, 11 - step, 5])
        await both.tfjsStep(indices)
        both.run.step(indices, 0.01)
        plain.run.step(indices, 0.01)
      }
      const found = both.run.getWeights()
      for (const [i, weight] of both.model.getWeights().entries())
        expect(distance(found[i]?.values ?? [], weight.dataSync()), found[i]?.name).toBeLessThan(2e-5)
      const length = (list: typeof found) => Math.hypot(...list.flatMap(w => [...w.values]))
      expect(length(found)).toBeLessThan(0.95 * length(plain.run.getWeights()))
      both.close()
      plain.close()
    }
  })

  test('Penalties of some layers are in the loss and in the gradients of their kernels', async () => {
    const bricks = [
      input(7, 7, 2),
      { type: 'conv2d', params: { filters: 9, kernelSize: [3, 3], activation: 'relu', l1: 0.02, l2: 0.3 } },
      { type: 'flatten' },
      { type: 'dense', params: { units: 6, activation: 'relu', l2: 0.1 }, frozen: true },
      { type: 'dense', params: { units: 4, activation: 'softmax', l1: 0.01 } },
    ]
    for (const batch of [4, 3]) {
      const both = await openBoth({ bricks }, { threads: 2 })
      const indices = Int32Array.from([1, 2, 3, 4].slice(0, batch))
      const wanted = await both.tfjsStep(indices)
      const { loss } = both.run.step(indices, 0.01)
      expect(loss / batch).toBeCloseTo(wanted.loss, 4)
      expect(worst(both.run.getGradients(), wanted.gradients).off).toBeLessThan(2e-5)
      both.close()
    }
  })

  test('What an optimizer remembers of weights without gradients fades to 0, not to the smallest numbers, with which processors are slow', async () => {
    const both = await openBoth({ bricks: small, optimizer: 'adam' }, { threads: 1 })
    const { layout, kernels } = both.run
    const { floats } = layout.builder.trainable
    const memory = new Float32Array(kernels.memory.buffer, layout.memories[0], floats)
    memory.fill(2e-39)
    both.run.step(Int32Array.from([1, 2, 3, 4]), 0.01)
    expect(memory.some(m => m !== 0)).toBe(true)
    expect(memory.filter(m => m !== 0 && Math.abs(m) < 2 ** -126).length).toBe(0)
    both.close()
  })

  for (const clip of ['value', 'norm', 'globalNorm'] as const)
    test(`Clipping by ${clip} shortens the gradient as tfjs operations do`, async () => {
      const both = await openBoth({ bricks: small }, { threads: 2 }, { clip, clipLimit: clip === 'value' ? 0.01 : 0.05 })
      const plain = await openBoth({ bricks: small }, { threads: 2 })
      const indices = Int32Array.from([1, 2, 3, 4])
      const { gradients } = await both.tfjsStep(indices)
      both.run.step(indices, 0.01)
      plain.run.step(indices, 0.01)
      const found = both.run.getGradients()
      const length = (values: Iterable<number>) => Math.hypot(...values)
      const all = found.flatMap(w => [...w.values])
      if (clip === 'value') expect(Math.max(...all.map(Math.abs))).toBeCloseTo(0.01, 7)
      if (clip === 'norm') for (const { values } of found) expect(length(values)).toBeLessThanOrEqual(0.05 + 1e-6)
      if (clip === 'globalNorm') expect(length(all)).toBeCloseTo(0.05, 6)
      expect(worst(found, gradients).off).toBeLessThan(1e-5)
      expect(length(plain.run.getGradients().flatMap(w => [...w.values]))).toBeGreaterThan(1.5 * length(all))
      both.close()
      plain.close()
    })
})

describe('A run', () => {
  test('repeats bit by bit with the same threads, and within rounding with others', async () => {
    const two = await curve(image, { threads: 2, poison: true })
    expect(await curve(image, { threads: 2 })).toEqual(two)
    const one = await curve(image, { threads: 1 })
    expect(distance(one, two)).toBeLessThan(1e-4)
    expect(two.every(Number.isFinite)).toBe(true)
  })

  test('repeats with noise of every kind, slopes that learn and sequences, also bit by bit', async () => {
    for (const name of ['noise of every kind', 'slopes below 0', 'features of a sequence dropped', 'merges of every kind']) {
      const bricks = networks[name] ?? []
      const two = await curve(bricks, { threads: 2, poison: true })
      expect(await curve(bricks, { threads: 2 }), name).toEqual(two)
      expect(distance(await curve(bricks, { threads: 1 }), two), name).toBeLessThan(1e-3)
      expect(new Set(two).size, name).toBe(12)
    }
  })

  test('gives the same gradients for the same samples in the next step', async () => {
    const still = Object.entries(networks).filter(([, bricks]) => !bricks.some(({ type }) => /dropout|noise/i.test(type)))
    expect(still.length).toBeGreaterThan(10)
    for (const [name, bricks] of still) {
      const { run } = await open(bricks)
      const once = () => {
        run.step(Int32Array.from([1, 2, 3, 4, 5]), 0)
        return run.getGradients()
      }
      const first = once()
      expect(once(), name).toEqual(first)
      run.dispose()
    }
  })

  test('gives the same losses when the data is too large to be copied as a whole', async () => {
    expect(await curve(image, { threads: 2, residentLimit: 0 })).toEqual(await curve(image, { threads: 2 }))
  })

  const inferred = [
    'noise of every kind',
    'features of a sequence dropped',
    'merges of every kind',
    'values in other places',
    'slopes below 0',
  ]
  test('infers what the tfjs model predicts, noise and batch statistics aside', async () => {
    for (const bricks of [image, ...inferred.map(name => networks[name] ?? [])]) {
      const both = await openBoth({ bricks, batch: 8 }, { threads: 2 })
      const { outputs, loss, correct } = both.run.infer(both.data.train, 3, 7)
      const size = sizeOf(both.data.shape)
      const x = tf.tensor(both.data.train.inputs.slice(3 * size, 10 * size), [7, ...both.data.shape])
      const wanted = (both.model.predict(x) as tf.Tensor).arraySync() as number[][]
      const rows = Array.from({ length: 7 }, (_, i) => [...outputs.slice(4 * i, 4 * i + 4)])
      const soft = (row: number[]) => row.map(v => Math.exp(v) / row.reduce((sum, other) => sum + Math.exp(other), 0))
      expect(distance(rows.flatMap(soft), wanted.flat())).toBeLessThan(1e-5)
      const labels = [...both.data.train.targets.subarray(3, 10)]
      expect(loss).toBeCloseTo(-labels.reduce((sum, label, i) => sum + Math.log(wanted[i]?.[label] ?? 0), 0), 3)
      expect(correct).toBe(labels.filter((label, i) => wanted[i]?.indexOf(Math.max(...(wanted[i] ?? []))) === label).length)
      both.close()
    }
  })

  for (const name of [
    'channels for themselves',
    'separable convolutions',
    'transposed convolutions',
    'layer normalisation',
    'words by their vectors',
  ])
    test(`moves weights as tfjs does and brings them back into a model that then predicts what the plan infers: ${name}`, async () => {
      const both = await openBoth({ bricks: networks[name] ?? [], optimizer: 'momentum' }, { threads: 2 })
      for (let step = 0; step < 3; step++) {
        const indices = Int32Array.from([step, step + 3, 11 - step, 5])
        await both.tfjsStep(indices)
        both.run.step(indices, 0.01)
      }
      const found = both.run.getWeights()
      expect(found.map(w => w.name).toSorted()).toEqual(both.start.map(w => w.name).toSorted())
      for (const weight of await getWeights(both.model))
        expect(distance(found.find(w => w.name === weight.name)?.values ?? [], weight.values), weight.name).toBeLessThan(1e-4)
      expect(setWeights(tf, both.model, found)).toBe(found.length)
      const { inputs } = both.data.train
      const wanted = both.model.predict(tf.tensor(inputs.slice(0, inputs.length / 3), [4, ...both.data.shape])) as tf.Tensor
      const { outputs } = both.run.infer(both.data.train, 0, 4)
      expect(distance(tf.softmax(tf.tensor(outputs, [4, 4])).dataSync(), wanted.dataSync())).toBeLessThan(1e-5)
      both.close()
    })

  test('drops the wanted share of values, with the same mask in both directions, another one each step', async () => {
    const { run } = await open([input(30), dense(2000, 'linear'), { type: 'dropout', params: { rate: 0.4 } }, dense(4, 'softmax')])
    const maskOf = (i: number) => {
      run.step(Int32Array.from([i]), 0)
      const { at, size } = run.layout.builder.tensor(2)
      const values = new Float32Array(run.kernels.memory.buffer, at, size)
      const bias = run.getGradients().find(w => w.name === 'n1/bias')?.values ?? []
      return [...values].map((v, k) => {
        expect((bias[k] ?? 0) === 0).toBe(v === 0)
        return v !== 0
      })
    }
    const [first, second] = [maskOf(1), maskOf(1)]
    expect(first.filter(Boolean).length / 2000).toBeCloseTo(0.6, 1)
    expect(first).not.toEqual(second)
    run.dispose()
  })

  test('draws normal numbers, others each step', async () => {
    const size = 8000
    const { run, data } = await open([input(size), { type: 'gaussianNoise', params: { stddev: 0.5 } }, dense(4, 'softmax')])
    const drawn = () => {
      run.step(Int32Array.from([2]), 0)
      const values = new Float32Array(run.kernels.memory.buffer, run.layout.builder.tensor(1).at, size)
      return values.map((v, i) => (v - (data.train.inputs[2 * size + i] ?? 0)) / 0.5)
    }
    const [first, second] = [drawn(), drawn()]
    expect(distance(first, normalsOf(setup.seed, 'n1', 1, size))).toBeLessThan(1e-6)
    for (const z of [-2.5, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2.5])
      expect(Math.abs(first.filter(v => v < z).length / size - normalShare(z)), String(z)).toBeLessThan(0.02)
    const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0) / size
    expect(product(first, first)).toBeCloseTo(1, 1)
    expect(product(first, second)).toBeCloseTo(0, 1)
    expect(
      product(
        first,
        first.map((_, i) => first[i + 1] ?? 0),
      ),
    ).toBeCloseTo(0, 1)
    run.dispose()
  })

  test('keeps mean and variance of what it drops for selu', async () => {
    const { run, data } = await open([input(8000), { type: 'alphaDropout', params: { rate: 0.3 } }, dense(4, 'softmax')])
    run.step(Int32Array.from([4]), 0)
    const values = new Float32Array(run.kernels.memory.buffer, run.layout.builder.tensor(1).at, 8000)
    const of = (v: Float32Array) => {
      const mean = v.reduce((sum, value) => sum + value, 0) / v.length
      return { mean, variance: v.reduce((sum, value) => sum + (value - mean) ** 2, 0) / v.length }
    }
    const [before, after] = [of(data.train.inputs.subarray(4 * 8000, 5 * 8000)), of(values)]
    expect(after.mean).toBeCloseTo(before.mean, 1)
    expect(Math.abs(after.variance - before.variance)).toBeLessThan(0.1)
    expect(new Set(values).size).toBeLessThan(8000 * 0.75)
    run.dispose()
  })

  test('lets broken numbers show in the loss through merges, moves and slopes', async () => {
    for (const name of ['merges of every kind', 'values in other places', 'slopes below 0', 'dot products of vectors']) {
      const { run, data } = await open(networks[name] ?? [])
      data.train.inputs.fill(Number.NaN)
      expect(run.infer(data.train, 0, 3).loss, name).toBeNaN()
      run.dispose()
    }
  })

  test('goes on when an idle worker is lost', async () => {
    const workers: { terminate(): void }[] = []
    const fragile = {
      ...host,
      spawn: (order: Parameters<NonNullable<typeof host.spawn>>[0]) => {
        const worker = host.spawn?.(order) ?? { terminate: () => undefined }
        workers.push(worker)
        return worker
      },
    }
    const { data } = await open(small)
    const plan = unwrap(compilePlan(network(small), { loss: 'sparseCategoricalCrossentropy', targets: 'oneHot' }))
    const run = unwrap(await PlanRun.open(plan, setup, data.train, fragile, { threads: 2 }))
    expect(run.kernels.threads).toBe(2)
    for (const worker of workers) worker.terminate()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(Number.isFinite(run.step(Int32Array.from([1, 2, 3]), 0.01).loss)).toBe(true)
    run.dispose()
  })

  test('leaves weights alone when the loss is broken', async () => {
    const { run } = await open(small)
    const broken = run.getWeights().map((w, i) => (i === 0 ? { ...w, values: w.values.map(() => Number.NaN) } : w))
    run.setWeights(broken)
    expect(run.step(Int32Array.from([1, 2]), 0.01).loss).toBeNaN()
    expect([...(run.getWeights()[2]?.values ?? [])].every(Number.isFinite)).toBe(true)
    run.dispose()
  })
})

afterAll(() => tf.disposeVariables())
