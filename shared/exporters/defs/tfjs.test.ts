import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { getWeights } from '../../engine/weights.ts'
import { resolve } from '../../graph/resolve.ts'
import { unwrap } from '../../result.ts'
import type { ExportInput } from '../define.ts'
import { branched, node, projectOf, tidyExports } from '../exporters.testkit.ts'
import type { TfjsPrecision } from '../layersModel.ts'
import { dequantise, fromFloat16, quantise, toFloat16 } from '../precision.ts'
import { tfjs } from './tfjs.ts'

const { inputOf, open } = tidyExports()

const write = (input: ExportInput, precision: TfjsPrecision = 'float32') => tfjs.run(input, { precision })

const told = async (input: ExportInput): Promise<string> => {
  const result = await write(input)
  return result.ok ? 'written' : result.issues[0].message
}

describe('a network exported to tfjs', () => {
  it('is two files, proven by loading them again', async () => {
    const { files, verified } = unwrap(await write(await inputOf(branched())))
    expect(files.map(f => f.path)).toEqual(['model.json', 'weights.bin'])
    expect(verified).toEqual({ runtime: `tfjs ${tf.version.tfjs}`, samples: 8, maxAbsDiff: 0, sameClass: true })
    expect(files[1]?.bytes.length).toBe(4 * resolve(branched()).totals.parameters)
  })

  it('has the same bytes each time, for it holds no time and no counter', async () => {
    const [one, two] = [unwrap(await write(await inputOf(branched()))), unwrap(await write(await inputOf(branched())))]
    expect(one.files).toEqual(two.files)
    const other = unwrap(await write(await inputOf(branched(), 2)))
    expect(other.files[1]?.bytes).not.toEqual(one.files[1]?.bytes)
  })

  it('keeps the moving statistics of batch normalisation', async () => {
    const project = projectOf(
      [node('a', 'input', { shape: [4] }), node('b', 'batchNormalization'), node('c', 'dense', { units: 2, activation: 'softmax' })],
      ['a>b', 'b>c'],
    )
    const input = await inputOf(project)
    const norm = input.model.getLayer('b')
    const values = norm.getWeights().map((w, i) => w.add(i / 2))
    norm.setWeights(values)
    open.push(...values)
    const { verified } = unwrap(await write({ ...input, weights: await getWeights(input.model) }))
    expect(verified?.maxAbsDiff).toBe(0)
  })

  it('is refused with weights that are not numbers, naming the node', async () => {
    const input = await inputOf(branched())
    const weights = input.weights.map(w =>
      w.name === 'left/kernel' ? { ...w, values: w.values.map((v, i) => (i === 3 ? Number.NaN : v)) } : w,
    )
    expect(await told({ ...input, weights })).toMatch(/^The kernel of "left" holds NaN at place 3/)
  })

  it('is refused when weights are missing', async () => {
    const input = await inputOf(branched())
    expect(await told({ ...input, weights: input.weights.slice(1) })).toMatch(/of "left" is missing/)
  })

  it('is refused with a layer that plain tfjs does not know, naming the node', async () => {
    class Stranger extends tf.layers.Layer {
      static readonly className = 'Stranger'
      override getClassName(): string {
        return 'Stranger'
      }
    }
    const input = await inputOf(branched())
    const model = Object.create(input.model, {
      layers: { value: [...input.model.layers, new Stranger({ name: 'pool' })] },
    }) as tf.LayersModel
    expect(await told({ ...input, model })).toMatch(/^The node "pool" \(Stranger\) does not exist in plain tfjs/)
  })
})

describe('a network exported to tfjs with rounded weights', () => {
  const undone: Readonly<Record<string, (values: Float32Array) => Float32Array>> = {
    float16: values => fromFloat16(toFloat16(values)),
    uint8: values => dequantise(quantise(values, 1)),
  }

  it.each([
    ['float16', 'float16', 2, 1e-3],
    ['uint8', 'int8', 1, 0.1],
  ] as const)('takes fewer bytes as %s, comes back as rounded, and says what it costs', async (precision, rounded, bytes, most) => {
    const scores = [0.975, 0.97]
    const input = await inputOf(branched())
    const { files, verified } = unwrap(
      await write({ ...input, score: async () => ({ accuracy: scores.shift() ?? 0, samples: 400 }) }, precision),
    )
    const sizes = input.weights.map(w => w.values.length * (w.shape.length > 1 ? bytes : 4))
    expect(files[1]?.bytes.length).toBe(sizes.reduce((a, b) => a + b))
    expect(verified).toMatchObject({ rounded, accuracy: { before: 0.975, after: 0.97, samples: 400 } })
    expect(verified?.maxAbsDiff).toBeGreaterThan(0)
    expect(verified?.maxAbsDiff).toBeLessThan(most)
    const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files[0]?.bytes))
    const stored = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData: files[1]?.bytes.buffer as ArrayBuffer }
    const copy = await tf.loadLayersModel(tf.io.fromMemory(stored))
    open.push(copy)
    for (const { name, values, shape } of await getWeights(copy)) {
      const original = input.weights.find(w => w.name === name)?.values ?? new Float32Array()
      const wanted = shape.length > 1 ? undone[precision]?.(original) : original
      values.forEach((v, i) => {
        expect(v, `${name} ${i}`).toBeCloseTo(wanted?.[i] ?? Number.NaN, 6)
      })
    }
  })
})
