import * as tf from '@tensorflow/tfjs'
import { afterEach, describe, expect, test } from 'vitest'
import type { OptimizerId } from '../../../graph/document.ts'
import { sizeOf } from '../../../layers/shape.ts'
import type { NamedWeight } from '../../protocol.ts'
import { conv, dense, flatten, input, networks, norm, softmax } from '../networks.testkit.ts'
import { dropoutMask } from '../wasm/draws.testkit.ts'
import { distance, worst } from '../wasm/oracle.testkit.ts'
import { errors, missing, openBoth } from './card.testkit.ts'

const BRICKS = [input(6), dense(7, 'tanh'), softmax]
const BATCHES = [
  [7, 2, 11, 4],
  [0, 1, 3],
  [5, 9, 8, 10],
].map(batch => Int32Array.from(batch))
const RATE = 0.01

const flat = (weights: readonly NamedWeight[]): number[] => weights.flatMap(({ values }) => [...values])

afterEach(() => expect(errors).toEqual([]))

/** Keras's update of one weight, in double precision; `m` is its memory. */
type Rule = (w: number, g: number, m: { a: number; b: number }, step: number) => number
const adamMoments = (g: number, m: { a: number; b: number }): void => {
  m.a = 0.9 * m.a + 0.1 * g
  m.b = 0.999 * m.b + 0.001 * g * g
}
const adam: Rule = (w, g, m, step) => {
  adamMoments(g, m)
  return w - (RATE * (m.a / (1 - 0.9 ** step))) / (Math.sqrt(m.b / (1 - 0.999 ** step)) + 1e-7)
}
const warm = (t: number): number => 0.9 * (1 - 0.5 * 0.96 ** t)
const rules: Readonly<Record<OptimizerId, Rule>> = {
  sgd: (w, g) => w - RATE * g,
  momentum: (w, g, m) => {
    m.a = 0.9 * m.a + g
    return w - RATE * m.a
  },
  nesterov: (w, g, m) => {
    m.a = 0.9 * m.a + g
    return w - RATE * (g + 0.9 * m.a)
  },
  rmsprop: (w, g, m) => {
    m.a = 0.9 * m.a + 0.1 * g * g
    return w - (RATE * g) / Math.sqrt(m.a + 1e-7)
  },
  adagrad: (w, g, m) => {
    m.a += g * g
    return w - (RATE * g) / Math.sqrt(0.1 + m.a + 1e-7)
  },
  adadelta: (w, g, m) => {
    m.a = 0.95 * m.a + 0.05 * g * g
    const move = (Math.sqrt(m.b + 1e-7) / Math.sqrt(m.a + 1e-7)) * g
    m.b = 0.95 * m.b + 0.05 * move * move
    return w - RATE * move
  },
  adam,
  adamw: (w, g, m, step) => adam(w - RATE * 0.004 * w, g, m, step),
  adamax: (w, g, m, step) => {
    m.a = 0.9 * m.a + 0.1 * g
    m.b = Math.max(0.999 * m.b, Math.abs(g))
    return w - (RATE / (1 - 0.9 ** step)) * (m.a / (m.b + 1e-7))
  },
  nadam: (w, g, m, step) => {
    adamMoments(g, m)
    let product = 1
    for (let t = 1; t <= step; t++) product *= warm(t)
    const mean = (warm(step + 1) * m.a) / (1 - product * warm(step + 1)) + ((1 - warm(step)) * g) / (1 - product)
    return w - (RATE * mean) / (Math.sqrt(m.b / (1 - 0.999 ** step)) + 1e-7)
  },
}

describe.skipIf(missing)('Every optimizer does what Keras does', () => {
  for (const [id, rule] of Object.entries(rules) as [OptimizerId, Rule][])
    test(id, async () => {
      const { gpu, start, close } = await openBoth({ bricks: BRICKS }, { optimizer: id, weightDecay: id === 'adamw' ? 0.004 : 0 })
      try {
        let wanted = flat(start)
        const memory = wanted.map(() => ({ a: 0, b: 0 }))
        for (const [i, batch] of BATCHES.entries()) {
          gpu.step(batch, RATE)
          const gradients = flat(await gpu.getGradients())
          wanted = wanted.map((w, k) => rule(w, gradients[k] ?? 0, memory[k] ?? { a: 0, b: 0 }, i + 1))
        }
        expect(distance(flat(await gpu.getWeights()), wanted)).toBeLessThan(2e-6)
      } finally {
        close()
      }
    })
})

describe.skipIf(missing)('Gradients are', () => {
  const BATCH = Int32Array.from([7, 2, 11, 4])

  test('pulled towards small kernels where a layer asks for it, and the loss tells', async () => {
    const bricks = [
      input(5, 5, 2),
      conv(3, [2, 2], { l1: 0.1, l2: 0.2 }),
      flatten,
      { ...dense(6, 'tanh', { l2: 0.1 }), frozen: true },
      dense(4, 'softmax', { l2: 0.05 }),
    ]
    const { gpu, tfjsStep, close } = await openBoth({ bricks })
    try {
      const wanted = await tfjsStep(BATCH)
      gpu.step(BATCH, RATE)
      expect((await gpu.read())[0]?.loss).toBeCloseTo(4 * wanted.loss, 3)
      expect(worst(await gpu.getGradients(), wanted.gradients).off).toBeLessThan(2e-5)
    } finally {
      close()
    }
  })

  for (const [clip, clipLimit] of [
    ['value', 0.02],
    ['norm', 0.05],
    ['globalNorm', 0.1],
  ] as const)
    test(`cut by ${clip}`, async () => {
      const { gpu, tfjsStep, close } = await openBoth({ bricks: BRICKS }, { clip, clipLimit })
      const plain = await openBoth({ bricks: BRICKS })
      try {
        const { gradients } = await tfjsStep(BATCH)
        gpu.step(BATCH, RATE)
        plain.gpu.step(BATCH, RATE)
        expect(worst(await gpu.getGradients(), gradients).off).toBeLessThan(1e-5)
        expect(Math.hypot(...flat(await plain.gpu.getGradients()))).toBeGreaterThan(
          1.2 * Math.hypot(...gradients.flatMap(w => [...w.values])),
        )
      } finally {
        close()
        plain.close()
      }
    })
})

describe.skipIf(missing)('Training', () => {
  test('drops the inputs that the wasm plan drops, anew in every step, and none in inference', async () => {
    const rate = 0.25
    const bricks = [input(20), { type: 'dropout', params: { rate } }, dense(4, 'softmax', { useBias: false })]
    const { gpu, data, start, close } = await openBoth({ bricks })
    try {
      const kernel = start[0]?.values ?? new Float32Array()
      const inputs = data.train.inputs.slice(0, 80)
      /** Kernel gradient of softmax cross-entropy for these inputs, by hand. */
      const gradientFor = (x: Float32Array) => {
        const gradient = new Array<number>(80).fill(0)
        for (let row = 0; row < 4; row++) {
          const z = [0, 1, 2, 3].map(n => kernel.reduce((sum, w, k) => (k % 4 === n ? sum + w * (x[row * 20 + (k - n) / 4] ?? 0) : sum), 0))
          const total = z.reduce((sum, v) => sum + Math.exp(v), 0)
          for (let k = 0; k < 80; k++)
            gradient[k] =
              (gradient[k] ?? 0) +
              ((x[row * 20 + Math.floor(k / 4)] ?? 0) * (Math.exp(z[k % 4] ?? 0) / total - Number(data.train.targets[row] === k % 4))) / 4
        }
        return gradient
      }
      for (const step of [1, 2]) {
        gpu.step(Int32Array.from([0, 1, 2, 3]), 0)
        const mask = dropoutMask(1, 'n1', step, rate, inputs.length)
        const dropped = inputs.map((v, i) => v * (mask[i] ?? 0))
        expect(dropped.filter(v => v === 0).length).toBeGreaterThan(8)
        expect(distance((await gpu.getGradients())[0]?.values ?? [], gradientFor(dropped))).toBeLessThan(1e-5)
      }
      const { outputs } = await gpu.infer(data.train, 0, 1)
      const z = [0, 1, 2, 3].map(n => kernel.reduce((sum, w, k) => (k % 4 === n ? sum + w * (inputs[(k - n) / 4] ?? 0) : sum), 0))
      expect(distance(outputs, z)).toBeLessThan(1e-5)
    } finally {
      close()
    }
  })

  test('keeps the scores of each step, moves the statistics of batches, and infers like the tfjs model', async () => {
    const { gpu, data, model, tfjsStep, close } = await openBoth({
      bricks: [input(4, 4, 2), conv(3, [2, 2], { useBias: false }), norm(), flatten, softmax],
    })
    try {
      const wanted: number[] = []
      for (const batch of BATCHES) {
        gpu.step(batch, RATE)
        wanted.push((await tfjsStep(batch)).loss * batch.length)
      }
      const scores = await gpu.read()
      expect(scores).toHaveLength(BATCHES.length)
      for (const [i, { loss }] of scores.entries()) expect(loss).toBeCloseTo(wanted[i] ?? Number.NaN, 4)
      expect(await gpu.read()).toEqual([])
      const { loss, correct, outputs } = await gpu.infer(data.train, 2, 3)
      const rows = [0, 1, 2].map(row => [...outputs.subarray(4 * row, 4 * row + 4)])
      expect(correct).toBe(rows.filter((row, i) => row.indexOf(Math.max(...row)) === data.train.targets[2 + i]).length)
      const cost = rows.map((row, i) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - (row[data.train.targets[2 + i] ?? 0] ?? 0))
      expect(loss).toBeCloseTo(
        cost.reduce((a, b) => a + b),
        4,
      )
      const moving = (await gpu.getWeights()).filter(({ name }) => /moving/.test(name))
      for (const { name, values } of moving) {
        const own = model.weights.find(weight => weight.originalName.endsWith(name.split('/')[1] ?? '?'))
        expect(distance(values, own?.read().dataSync() ?? []), name).toBeLessThan(1e-4)
      }
    } finally {
      close()
    }
  })

  test('gives the same bits for the same seed', async () => {
    const once = async () => {
      const { gpu, close } = await openBoth(
        { bricks: [input(6), dense(9, 'relu'), { type: 'dropout', params: { rate: 0.5 } }, softmax] },
        { optimizer: 'adam' },
      )
      try {
        for (const batch of [...BATCHES, ...BATCHES]) gpu.step(batch, RATE)
        return { scores: await gpu.read(), weights: flat(await gpu.getWeights()) }
      } finally {
        close()
      }
    }
    const first = await once()
    expect(await once()).toEqual(first)
    expect(first.weights.every(Number.isFinite)).toBe(true)
  })

  test('infers with noise and slopes like the tfjs model, and lets broken numbers through merges', async () => {
    const { gpu, data, model, close } = await openBoth({ bricks: networks['noise of every kind'] ?? [] })
    try {
      const { outputs } = await gpu.infer(data.train, 1, 3)
      const x = tf.tensor(data.train.inputs.slice(sizeOf(data.shape), 4 * sizeOf(data.shape)), [3, ...data.shape])
      const soft = tf.softmax(tf.tensor(outputs.slice(), [3, 4])).dataSync()
      expect(distance(soft, (model.predict(x) as tf.Tensor).dataSync())).toBeLessThan(1e-5)
    } finally {
      close()
    }
    for (const type of ['maximum', 'minimum'])
      for (const at of ['n1', 'n2']) {
        const merged = await openBoth({ bricks: [input(3), dense(5), { ...dense(5), from: [0] }, { type, from: [1, 2] }, softmax] })
        try {
          merged.gpu.setWeights([{ name: `${at}/bias`, shape: [5], values: new Float32Array(5).fill(Number.NaN) }])
          expect((await merged.gpu.infer(merged.data.train, 0, 2)).loss).toBeNaN()
        } finally {
          merged.close()
        }
      }
  })

  test('gives the same gradients for the same samples in the next step', async () => {
    for (const name of ['slopes below 0', 'values in other places', 'merges of every kind']) {
      const { gpu, close } = await openBoth({ bricks: networks[name] ?? [] })
      try {
        const once = () => {
          gpu.step(Int32Array.from([1, 2, 3, 4]), 0)
          return gpu.getGradients()
        }
        const first = await once()
        expect(await once(), name).toEqual(first)
      } finally {
        close()
      }
    }
  })

  test('changes no weight when the loss is not a number', async () => {
    const { gpu, data, close } = await openBoth({ bricks: BRICKS })
    try {
      const before = flat(await gpu.getWeights())
      gpu.setWeights([{ name: 'n2/bias', shape: [4], values: new Float32Array(4).fill(Number.NaN) }])
      gpu.step(Int32Array.from([0, 1, 2, 3]), RATE)
      expect((await gpu.read())[0]?.loss).toBeNaN()
      gpu.setWeights([{ name: 'n2/bias', shape: [4], values: Float32Array.from(before.slice(-4)) }])
      expect(flat(await gpu.getWeights())).toEqual(before)
      data.train.inputs.fill(Number.NaN)
      expect((await gpu.infer(data.train, 0, 2)).loss).toBeNaN()
    } finally {
      close()
    }
  })
})
