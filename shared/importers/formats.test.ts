import * as tf from '@tensorflow/tfjs'
import { zipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ExportedFile } from '../engine/protocol.ts'
import { tfjs } from '../exporters/defs/tfjs.ts'
import { branched, exportInputOf, node, projectOf } from '../exporters/exporters.testkit.ts'
import { layerProjects } from '../exporters/kerasFile/keras.testkit.ts'
import { resolve } from '../graph/resolve.ts'
import { packProject } from '../project/pack.ts'
import { unwrap } from '../result.ts'
import { jsonFile, modelOf, read } from './importers.testkit.ts'
import type { ReadFiles } from './read.ts'

type Json = Record<string, unknown>

beforeAll(async () => {
  tf.enableProdMode()
  await tf.setBackend('cpu')
})

const opened = async (files: readonly ExportedFile[]): Promise<ReadFiles> => unwrap(await read(files))
const typesOf = ({ project }: ReadFiles) => project.graph.nodes.map(n => n.type)
const wiresOf = ({ project }: ReadFiles) => project.graph.wires.map(w => `${w.from}>${w.to}`)
const paramsOf = ({ project }: ReadFiles, id: string) => project.graph.nodes.find(n => n.id === id)?.params
const layer = (className: string, name: string, config: Json = {}, inbound?: unknown): Json => ({
  class_name: className,
  config: { name, ...config },
  ...(inbound === undefined ? {} : { name, inbound_nodes: inbound }),
})
const sequential = (...layers: Json[]): Json => ({ class_name: 'Sequential', config: { name: 's', layers } })
const one = async (className: string, config: Json, shape: readonly (number | null)[] = [null, 8, 8, 3], more: Json = {}) =>
  opened([
    jsonFile('a.json', { ...sequential(layer('InputLayer', 'in', { batch_input_shape: shape }), layer(className, 'it', config)), ...more }),
  ])

const small: readonly [string, Json] = ['Dense', { units: 2, activation: 'linear', use_bias: true }]
const tfjsFiles = (weights: readonly Json[], bytes: Uint8Array<ArrayBuffer>): ExportedFile[] => [
  jsonFile('model.json', {
    modelTopology: sequential(layer('InputLayer', 'in', { batch_input_shape: [null, 2] }), layer(small[0], 'it', small[1])),
    weightsManifest: [{ paths: ['w.bin'], weights }],
  }),
  { path: 'w.bin', bytes },
]

describe('tfjs files', () => {
  it('bring every layer back as it was, with the same answers', { timeout: 120_000 }, async () => {
    const plain = new Set(Object.keys(tf.layers).map(n => n.toLowerCase()))
    for (const { name, def, project } of layerProjects()) {
      const size = project.graph.nodes.reduce(
        (sum, n) => sum + (resolve(project).nodes.get(n.id)?.output ?? []).reduce((a, b) => a * b, 1),
        0,
      )
      if (size > 20_000 || !plain.has(def.title.toLowerCase())) continue
      const input = await exportInputOf(project)
      const result = await tfjs.run(input, { precision: 'float32' })
      if (!result.ok) throw new Error(`${name}: ${result.issues[0].message}`)
      const back = await opened(result.value.files)
      expect(typesOf(back).sort(), name).toEqual(project.graph.nodes.map(n => n.type).sort())
      const copy = modelOf(back)
      const [a, b] = [input.model, copy].map(m => (m.predict(input.probes[0] as tf.Tensor) as tf.Tensor).dataSync())
      expect([...(b ?? [])], name).toEqual([...(a ?? [])])
      for (const thing of [input.model, copy, ...input.probes]) thing.dispose()
    }
  })

  it('come as a zip or below a folder as well', async () => {
    const { files } = unwrap(await tfjs.run(await exportInputOf(branched()), { precision: 'float32' }))
    const inFolder = files.map(f => ({ ...f, path: `model/${f.path}` }))
    expect((await opened(inFolder)).weights).toHaveLength(6)
    const bytes = zipSync(Object.fromEntries(inFolder.map(f => [f.path, f.bytes] as const))) as Uint8Array<ArrayBuffer>
    const zipped = await opened([{ path: 'branched.zip', bytes }])
    expect(zipped.weights).toHaveLength(6)
    expect(zipped.project.name).toBe('branched')
  })

  it('keep branches, wire order and the place of each node', async () => {
    const { files } = unwrap(await tfjs.run(await exportInputOf(branched()), { precision: 'float32' }))
    const back = await opened(files)
    expect(wiresOf(back).sort()).toEqual(['flat>out', 'image>left', 'image>right', 'left>sum', 'pool>flat', 'right>sum', 'sum>pool'])
    const places = back.project.graph.nodes.map(n => JSON.stringify(n.position))
    expect(new Set(places).size).toBe(places.length)
    expect(back.project.training.loss).toBe('sparseCategoricalCrossentropy')
  })

  it('may hold quantised weights', async () => {
    const half = (v: number) => new Uint8Array(Uint16Array.of(v).buffer)
    const entries = [
      {
        name: 'it/kernel',
        shape: [2, 2],
        dtype: 'float32',
        quantization: { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' },
      },
      { name: 'it/bias', shape: [2], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } },
    ]
    // 1.5 and −2 as half-precision numbers.
    const bytes = Uint8Array.of(0, 2, 4, 255, ...half(0x3e00), ...half(0xc000))
    const back = await opened(tfjsFiles(entries, bytes))
    expect(back.weights?.map(w => [...w.values])).toEqual([
      [-1, 0, 1, 126.5],
      [1.5, -2],
    ])
    const wide = [
      { ...entries[0], quantization: { dtype: 'uint16', scale: 0.25, min: 1 } },
      { name: 'it/bias', shape: [2], dtype: 'int32' },
    ]
    const more = new Uint8Array(16)
    new Uint16Array(more.buffer, 0, 4).set([0, 1, 2, 65535])
    new Int32Array(more.buffer, 8, 2).set([7, -7])
    expect((await opened(tfjsFiles(wide, more))).weights?.map(w => [...w.values])).toEqual([
      [1, 1.25, 1.5, 16384.75],
      [7, -7],
    ])
  })
})

describe('Keras settings', () => {
  it('are read in every spelling', async () => {
    const conv = await one('Conv2D', {
      filters: 4,
      kernel_size: 3,
      strides: [2, 2],
      activation: { module: 'builtins', class_name: 'function', config: 'silu', registered_name: 'function' },
      kernel_initializer: { class_name: 'VarianceScaling', config: { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' } },
      kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.009999999776482582 } },
    })
    expect(paramsOf(conv, 'it')).toMatchObject({
      filters: 4,
      kernelSize: [3, 3],
      strides: [2, 2],
      activation: 'swish',
      kernelInitializer: 'heNormal',
      l1: 0,
      l2: 0.01,
    })
    expect(paramsOf(await one('BatchNormalization', { axis: [3], momentum: 0.9, epsilon: 0.0010000000474974513 }), 'it')).toMatchObject({
      momentum: 0.9,
      epsilon: 0.001,
    })
    expect(paramsOf(await one('LeakyReLU', { alpha: 0.20000000298023224 }), 'it')).toEqual({ negativeSlope: 0.2 })
    expect(paramsOf(await one('LeakyReLU', { negative_slope: 0.1 }), 'it')).toEqual({ negativeSlope: 0.1 })
    expect(paramsOf(await one('ReLU', { max_value: null, negative_slope: 0, threshold: 0 }), 'it')).toEqual({})
    expect(paramsOf(await one('ZeroPadding2D', { padding: 2 }), 'it')).toEqual({ height: [2, 2], width: [2, 2] })
    expect(
      paramsOf(
        await one('Cropping2D', {
          cropping: [
            [0, 1],
            [2, 0],
          ],
        }),
        'it',
      ),
    ).toEqual({ height: [0, 1], width: [2, 0] })
    expect(paramsOf(await one('MaxPooling2D', { pool_size: [3, 3], strides: null }), 'it')).toEqual({ poolSize: [3, 3], strides: [3, 3] })
    expect(paramsOf(await one('Dense', { units: 2, kernel_regularizer: 'l2' }), 'it')).toMatchObject({ l1: 0, l2: 0.01 })
  })

  it('mean different things in different hands', async () => {
    const gate = { units: 2, activation: 'hard_sigmoid' }
    expect(typesOf(await one('Dense', gate, [null, 3], { keras_version: '2.2.2' }))).toEqual(['input', 'dense'])
    const three = await one('Dense', gate, [null, 3], { keras_version: '3.15.1' })
    expect(typesOf(three)).toEqual(['input', 'Dense'])
    expect(three.notes[0]?.message).toContain('hardSigmoid has another slope')
  })

  it('of a layer that stands as an activation are not dropped', async () => {
    const of = async (name: string, config: Json) => {
      const activation = { module: 'keras.layers', class_name: name, config: { name: 'a', trainable: true, dtype: 'float32', ...config } }
      const read = await one('Dense', { units: 2, activation }, [null, 3])
      return typesOf(read)[1] === 'dense' ? paramsOf(read, 'it')?.activation : 'a placeholder'
    }
    expect(await of('ReLU', { max_value: null, negative_slope: 0, threshold: 0 })).toBe('relu')
    expect(await of('Softmax', { axis: -1 })).toBe('softmax')
    expect(await of('ELU', { alpha: 1 })).toBe('elu')
    expect(await of('ReLU', { max_value: 6 })).toBe('a placeholder')
    expect(await of('ELU', { alpha: 0.5 })).toBe('a placeholder')
  })

  it('of both directions become those of one Bidirectional', async () => {
    const lstm = (name: string, back: boolean) => ({
      class_name: 'LSTM',
      config: { name, units: 3, return_sequences: true, go_backwards: back },
    })
    const config = { layer: lstm('f', false), backward_layer: lstm('b', true), merge_mode: 'sum' }
    expect(paramsOf(await one('Bidirectional', config, [null, 5, 2]), 'it')).toMatchObject({
      layer: 'lstm',
      units: 3,
      returnSequences: true,
      mergeMode: 'sum',
    })
    const apart = await one('Bidirectional', { ...config, merge_mode: null }, [null, 5, 2])
    expect(typesOf(apart)).toEqual(['input', 'Bidirectional'])
  })

  it('that matter for training only are left out, in one note', async () => {
    const back = await one(
      'Dense',
      { units: 2, bias_regularizer: { class_name: 'L2', config: { l2: 1 } }, kernel_constraint: { class_name: 'MaxNorm' } },
      [null, 3],
    )
    expect(typesOf(back)).toEqual(['input', 'dense'])
    expect(back.notes.map(n => n.message)[0]).toContain('it (bias_regularizer, kernel_constraint)')
  })

  it('of layers that only training needs, or that do nothing, leave a network that can be used', async () => {
    const chain = sequential(
      layer('InputLayer', 'in', { batch_input_shape: [null, 4, 4, 2] }),
      layer('SpatialDropout2D', 'drop', { rate: 0.5 }),
      layer('GlobalAveragePooling2D', 'mean'),
      layer('Flatten', 'flat'),
      layer('Dense', 'out', { units: 1 }),
    )
    const back = await opened([jsonFile('a.json', chain)])
    expect(resolve(back.project).buildable).toBe(true)
    expect(back.project.graph.nodes.filter(n => n.bypassed).map(n => n.id)).toEqual(['drop', 'flat'])
    expect(back.notes.map(n => n.code)).toEqual(['import/bypassed', 'import/placeholder', 'import/no-weights'])
  })

  it('say which layers are frozen', async () => {
    const back = await one('Dense', { units: 2, trainable: false }, [null, 3])
    expect(back.project.graph.nodes.map(n => n.frozen)).toEqual([false, true])
  })
})

describe('Keras graphs', () => {
  const ends = { input_layers: [['in', 0, 0]], output_layers: [['sum', 0, 0]] }
  const layers = (write: (...from: string[]) => unknown) => [
    layer('InputLayer', 'in', { batch_shape: [null, 4] }, []),
    layer('Dense', 'a', { units: 4 }, write('in')),
    layer('Dense', 'b', { units: 4 }, write('a')),
    layer('Add', 'sum', {}, write('a', 'b')),
  ]
  const wires = ['a>b', 'a>sum', 'b>sum', 'in>a']
  const written = (write: (...from: string[]) => unknown) => [
    jsonFile('a.json', { class_name: 'Functional', config: { layers: layers(write), ...ends } }),
  ]

  it('of Keras 2 and tfjs name their sources in lists', async () => {
    expect(wiresOf(await opened(written((...from) => [from.map(name => [name, 0, 0, {}])]))).sort()).toEqual(wires)
  })

  it('of later Keras 2 give further sources as arguments', async () => {
    const write = (first = '', second?: string) => [[first, 0, 0, second === undefined ? {} : { y: [second, 0, 0] }]]
    expect(wiresOf(await opened(written(write))).sort()).toEqual(wires)
  })

  it('of Keras 3 name their sources in objects', async () => {
    const tensor = (name: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0] },
    })
    const write = (...from: string[]) => [{ args: from.length > 1 ? [from.map(tensor)] : from.map(tensor), kwargs: { mask: null } }]
    expect(wiresOf(await opened(written(write))).sort()).toEqual(wires)
  })

  it('with several inputs and outputs open, and the problem is shown as any other', async () => {
    const two = {
      class_name: 'Functional',
      config: {
        layers: [
          layer('InputLayer', 'in', { batch_shape: [null, 4] }, []),
          layer('InputLayer', 'in2', { batch_shape: [null, 4] }, []),
          layer('Add', 'x', {}, [
            [
              ['in', 0, 0, {}],
              ['in2', 0, 0, {}],
            ],
          ]),
          layer('Dense', 'y', { units: 1 }, [[['in', 0, 0, {}]]]),
        ],
        output_layers: [
          ['x', 0, 0],
          ['y', 0, 0],
        ],
      },
    }
    const back = await opened([jsonFile('a.json', two)])
    expect(wiresOf(back)).toEqual(['in>x', 'in2>x', 'in>y'])
    expect(resolve(back.project).issues.map(i => i.code)).toEqual(expect.arrayContaining(['graph/several-inputs', 'graph/several-outputs']))
  })
})

describe('Netloom files', () => {
  it('open through the same door', async () => {
    const project = projectOf([node('a', 'input', { shape: [4] }), node('b', 'dense', { units: 1, useBias: false })], ['a>b'])
    const weights = [{ name: 'b/kernel', shape: [4, 1], values: Float32Array.of(1, 2, 3, 4) }]
    const back = await opened([{ path: 'x.bin', bytes: await packProject({ project, weights, history: [] }) }])
    expect(back).toMatchObject({ format: 'Netloom project', weights, notes: [] })
    expect(back.project).toEqual(project)
  })
})
