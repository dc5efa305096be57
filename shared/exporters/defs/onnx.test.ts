import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { type Result, unwrap } from '../../result.ts'
import type { ExportInput, ExportOutput, Predict } from '../define.ts'
import { branched, node, projectOf, tidyExports } from '../exporters.testkit.ts'
import { lower } from '../onnx/lower.ts'
import { openWith } from '../onnx/onnx.testkit.ts'
import { PRECISIONS, type Precision } from '../precision.ts'
import { onnx } from './onnx.ts'

const { inputOf, open } = tidyExports()
const write = (input: ExportInput, precision: Precision = 'float32') => onnx.run(input, { precision })
const told = (result: Result<ExportOutput>): string => (result.ok ? 'written' : result.issues[0].message)
const opsOf = (input: ExportInput): string[] => unwrap(lower(input, 'float32')).ops.map(op => op.op)

describe('a network exported to ONNX', () => {
  it('is one file, proven by running it with ONNX Runtime', async () => {
    const { files, verified } = unwrap(await write(await inputOf(branched())))
    expect(files.map(f => f.path)).toEqual(['model.onnx'])
    expect(verified).toMatchObject({ runtime: 'onnxruntime-web 1.30.0', samples: 8, sameClass: true })
    expect(verified?.maxAbsDiff).toBeLessThanOrEqual(1e-6)
  })

  it('has the same bytes each time', async () => {
    const [one, two] = [unwrap(await write(await inputOf(branched()))), unwrap(await write(await inputOf(branched())))]
    expect(one.files).toEqual(two.files)
    expect(unwrap(await write(await inputOf(branched(), 2))).files).not.toEqual(one.files)
  })

  it('turns images to channels first once, and back once before they are laid out in a row', async () => {
    expect(opsOf(await inputOf(branched()))).toEqual([
      'Transpose',
      ...['Conv', 'Relu', 'Conv', 'Sum', 'MaxPool'],
      'Transpose',
      ...['Flatten', 'Gemm', 'Softmax'],
    ])
  })

  it('names who made it, the classes, and how inputs and weights were scaled', async () => {
    const data = {
      source: 'photos',
      kind: 'image',
      shape: [6, 6, 1],
      classes: ['cat', 'dög', 'a "b"'],
      features: [],
      scaling: { mean: [0.1], deviation: [0.3], scale: 255 },
      hash: '',
    } as const
    const { files } = unwrap(await write({ ...(await inputOf(branched())), data }))
    const text = new TextDecoder().decode(files[0]?.bytes)
    for (const part of [
      'Netloom',
      'weights',
      'float32',
      'classes',
      '["cat","dög","a \\"b\\""]',
      '{"mean":[0.1],"deviation":[0.3],"scale":255}',
    ])
      expect(text).toContain(part)
  })

  it('can be written whatever the nodes are called', async () => {
    const names = ['x"; drop', '../../etc', '層', '', 'same', 'same', '9 lives\n', 'a'.repeat(300), 'same_2', 'Transpose_same']
    const chain = names.map((name, i) => node(`n${i}`, i === 0 ? 'input' : 'dense', i === 0 ? { shape: [4] } : { units: 4 }, { name }))
    const input = await inputOf(
      projectOf(
        chain,
        chain.slice(1).map((_, i) => `n${i}>n${i + 1}`),
      ),
    )
    const { ops, initializers, inputs, outputs } = unwrap(lower(input, 'int8'))
    const made = [...inputs.map(b => b.name), ...initializers.map(t => t.name), ...ops.flatMap(op => op.outputs)]
    expect(new Set(made).size).toBe(made.length)
    for (const name of [...made, ...ops.map(op => op.name)]) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/)
    expect([inputs[0]?.name, outputs[0]?.name]).toEqual(['x_drop', 'Transpose_same'])
    expect(unwrap(await write(input)).verified?.sameClass).toBe(true)
  })

  it('leaves out bypassed nodes and layers that only train, and still ends in a tensor of its own', async () => {
    const input = await inputOf(
      projectOf(
        [
          node('in', 'input', { shape: [5, 5, 2] }),
          node('conv', 'conv2d', { filters: 3 }),
          node('gone', 'relu', {}, { bypassed: true }),
          node('out', 'dropout'),
        ],
        ['in>conv', 'conv>gone', 'gone>out'],
      ),
    )
    expect(opsOf(input)).toEqual(['Transpose', 'Conv', 'Identity', 'Transpose'])
    expect(unwrap(await write(input)).verified?.maxAbsDiff).toBeLessThanOrEqual(1e-6)
  })

  it('has as many inputs and outputs as the network', async () => {
    const project = projectOf(
      [
        node('a', 'input', { shape: [4, 4, 2] }),
        node('b', 'input', { shape: [4, 4, 2] }),
        node('c', 'conv2d', { filters: 2, padding: 'same' }),
        node('sum', 'add'),
        node('pool', 'globalAveragePooling2d'),
        node('image', 'conv2d', { filters: 3, activation: 'softmax' }),
      ],
      ['a>c', 'c>sum', 'b>sum', 'sum>pool', 'sum>image'],
    )
    const probes = [1, 2].map(seed => tf.randomNormal([4, 4, 4, 2], 0, 1, 'float32', seed))
    const input = await openWith(project, probes, 3)
    open.push(input.model, ...probes)
    const { inputs, outputs } = unwrap(lower(input, 'float32'))
    expect([inputs, outputs].map(list => list.map(b => [b.name, b.shape]))).toEqual([
      [
        ['a', [4, 4, 2]],
        ['b', [4, 4, 2]],
      ],
      [
        ['pool', [2]],
        ['image', [2, 2, 3]],
      ],
    ])
    expect(unwrap(await write(input)).verified?.maxAbsDiff).toBeLessThanOrEqual(1e-6)
  })
})

describe('rounded weights', () => {
  it('make the file smaller, and the proof says what they cost', async () => {
    const project = projectOf(
      [
        node('in', 'input', { shape: [200] }),
        node('hidden', 'dense', { units: 100 }),
        node('out', 'dense', { units: 5, activation: 'softmax' }),
      ],
      ['in>hidden', 'hidden>out'],
    )
    const input = await inputOf(project)
    const asked: string[] = []
    const score: ExportInput['score'] = async network => {
      asked.push(typeof network)
      const answers = typeof network === 'function' ? await (network as Predict)(new Float32Array(400), 2) : null
      return { accuracy: answers ? answers.length / 100 : 0.5, samples: 2 }
    }
    const written: ExportOutput[] = []
    for (const precision of PRECISIONS) written.push(unwrap(await write({ ...input, score }, precision)))
    const sizes = written.map(({ files }) => files[0]?.bytes.length ?? 0)
    expect(sizes[1]).toBeLessThan(0.52 * (sizes[0] ?? 0))
    expect(sizes[2]).toBeLessThan(0.3 * (sizes[0] ?? 0))
    const [exact, half, byte] = written.map(w => w.verified)
    expect(exact).not.toHaveProperty('rounded')
    expect(half).toMatchObject({ rounded: 'float16', accuracy: { before: 0.5, after: 0.1, samples: 2 } })
    expect(byte).toMatchObject({ rounded: 'int8', accuracy: { before: 0.5, after: 0.1, samples: 2 } })
    expect([half?.maxAbsDiff, byte?.maxAbsDiff].every(d => d !== undefined && d > 0 && d < 0.05)).toBe(true)
    expect(asked).toEqual(['object', 'function', 'object', 'function'])
  })
})

describe('an ONNX export is refused', () => {
  it('with weights that are not numbers, naming the node', async () => {
    const input = await inputOf(branched())
    const weights = input.weights.map(w => (w.name === 'left/kernel' ? { ...w, values: w.values.map(() => Number.NaN) } : w))
    expect(told(await write({ ...input, weights }))).toMatch(/^The kernel of "left" holds NaN/)
  })

  it('when the file does not compute what the model computes', async () => {
    const input = await inputOf(branched())
    const weights = input.weights.map(w => (w.name === 'out/bias' ? { ...w, values: w.values.map((_, i) => i / 10) } : w))
    expect(told(await write({ ...input, weights }))).toMatch(/does not compute the same as the original/)
  })

  it('with a layer that ONNX has no words for, naming it before anything is written', async () => {
    const project = projectOf(
      [
        node('in', 'input', { shape: [4, 2] }),
        node('memory', 'lstm', { units: 3, activation: 'swish' }),
        node('out', 'dense', { units: 2 }),
      ],
      ['in>memory', 'memory>out'],
    )
    // tfjs leaves tensors behind when it makes recurrent layers.
    tf.engine().startScope()
    const input = await inputOf(project)
    const libraries = { ...input.libraries, onnxruntime: () => Promise.reject() }
    expect(told(await write({ ...input, libraries }))).toMatch(/^The node "memory" cannot be exported to ONNX: .*activation "swish"/)
    tf.engine().endScope()
  })

  it('when ONNX Runtime cannot be had', async () => {
    const input = await inputOf(branched())
    const libraries = { ...input.libraries, onnxruntime: () => Promise.reject(new Error('no connection')) }
    expect(told(await write({ ...input, libraries }))).toMatch(/ONNX Runtime, so nothing was written: no connection\.$/)
  })
})
