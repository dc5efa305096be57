import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { unwrap } from '../result.ts'
import type { AnyLayerDef, LayerCase } from './define.ts'
import { CATEGORIES } from './define.ts'
import { MAX_COUNT, parseParams, readParam } from './params.ts'
import type { ParamsOf } from './registry.ts'
import { layerOf, layers } from './registry.ts'
import { dims, type Shape } from './shape.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

type AnyCase = LayerCase<Record<string, unknown>>
const valuesOf = (def: AnyLayerDef, { params }: AnyCase) => {
  const { values, issues } = parseParams(def.params, params)
  expect(issues).toEqual([])
  return values
}
const caseName = (c: AnyCase) => `${c.input.map(dims).join(' + ') || 'no input'} ${JSON.stringify(c.params)}`

/** A tfjs model of one layer under its documented inputs. */
const buildModel = (def: AnyLayerDef, c: AnyCase, seed = 7, trainable = true): tf.LayersModel => {
  const inputs = c.input.map(shape => tf.input({ shape: [...shape] }))
  const values = valuesOf(def, c)
  const output = unwrap(def.shape(unwrap(def.input.accept(c.input)), values))
  const layer = def.build?.(values, { tf, name: 'node-1', output, seed })
  if (!layer) throw new Error(`${def.type} has no build`)
  if (!trainable) layer.trainable = false
  const outputs = layer.apply(inputs.length === 1 ? (inputs[0] ?? []) : inputs) as tf.SymbolicTensor
  return tf.model({ inputs, outputs })
}
const onesFor = (shapes: readonly Shape[]) => shapes.map(shape => tf.ones([2, ...shape]))
/** Absent and null mean the same in a layer's config. */
const plain = (config: unknown): unknown => JSON.parse(JSON.stringify(config, (_key, value) => value ?? undefined))
const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()]

describe.each(layers.map(def => [def.type, def] as const))('%s', (_type, def) => {
  test('has words for people: title, doc, labels and help, and a known category', () => {
    expect(def.title).toMatch(/^[A-Z][A-Za-z0-9]+$/)
    expect(def.doc).toMatch(/^[A-Z].{10,}\.$/)
    expect(CATEGORIES).toContain(def.category)
    for (const param of Object.values<(typeof def.params)[string]>(def.params)) {
      expect(param.label).not.toBe('')
      expect(param.help).toMatch(/^["A-Z].{5,}\.$/)
    }
  })

  test('its defaults pass its own checks, and values survive JSON', () => {
    const { values, issues } = parseParams(def.params, {})
    expect(issues).toEqual([])
    const again = parseParams(def.params, JSON.parse(JSON.stringify(values)))
    expect(again).toEqual({ values, issues: [] })
  })

  test('documents at least two cases', () => expect(def.cases.length).toBeGreaterThanOrEqual(2))

  describe.each(def.cases.map(c => [caseName(c as AnyCase), c as AnyCase] as const))('%s', (_name, c) => {
    const v = () => valuesOf(def, c)
    const accepted = () => unwrap(def.input.accept(c.input))
    const output = () => unwrap(def.shape(accepted(), v()))

    test('shape is what tfjs computes', () => {
      if (!def.build) return expect(output()).toEqual(v().shape)
      expect([null, ...output()]).toEqual(buildModel(def, c).outputs[0]?.shape)
    })

    test('weights are those of tfjs: names, shapes, order, trainable', () => {
      if (!def.build) return expect(def.weights).toBeUndefined()
      const specs = def.weights?.(accepted(), v()) ?? []
      const model = buildModel(def, c)
      const layer = model.getLayer('node-1')
      const found = layer.weights.map(w => ({ name: w.originalName, shape: w.shape, trainable: layer.trainableWeights.includes(w) }))
      expect(specs.map(w => ({ ...w, name: `node-1/${w.name}` }))).toEqual(found)
      expect(specs.reduce((sum, w) => sum + w.shape.reduce((a, b) => a * b, 1), 0)).toBe(model.countParams())
    })

    test('a frozen layer has nothing to train, and everything once it is set free', () => {
      if (!def.build) return
      const layer = buildModel(def, c, 7, false).getLayer('node-1')
      expect(layer.trainableWeights).toHaveLength(0)
      layer.trainable = true
      expect(layer.trainableWeights).toHaveLength(buildModel(def, c).getLayer('node-1').trainableWeights.length)
    })

    test('the same seed gives the same output, and a saved model comes back alike', async () => {
      if (!def.build) return
      const [one, two] = [buildModel(def, c), buildModel(def, c)]
      const saved = { modelTopology: one.toJSON(null, false) } as Parameters<typeof tf.models.modelFromJSON>[0]
      const copy = await tf.models.modelFromJSON(saved)
      copy.setWeights(one.getWeights())
      expect(plain(copy.getLayer('node-1').getConfig())).toEqual(plain(one.getLayer('node-1').getConfig()))
      const input = onesFor(c.input)
      const want = numbers(one.predict(input) as tf.Tensor)
      expect(numbers(two.predict(input) as tf.Tensor)).toEqual(want)
      expect(want.every(Number.isFinite)).toBe(true)
      expect(numbers(copy.predict(input) as tf.Tensor)).toEqual(want)
    })

    test('explains its numbers and costs, and answers for Keras', () => {
      const formulas = def.formula(accepted(), output(), v())
      if (def.weights) expect(formulas.some(f => f.about === 'parameters')).toBe(true)
      expect(formulas.length).toBeGreaterThan(0)
      for (const f of formulas) expect([f.expression, f.legend].every(text => text.length > 0 && !/undefined|NaN/.test(text))).toBe(true)
      const macs = def.multiplyAdds?.(accepted(), output(), v()) ?? 0
      expect(Number.isSafeInteger(macs) && macs >= 0).toBe(true)
      expect(def.summary(v())).not.toMatch(/undefined|NaN/)
      const call = def.keras(v())
      expect(call.name).toBe(`layers.${def.title}`)
      expect(Object.keys(call.args).every(key => /^[a-z_]+$/.test(key))).toBe(true)
      expect(JSON.parse(JSON.stringify(call))).toEqual(call)
    })
  })
})

test('an unknown type is no layer', () => {
  expect(layerOf('nonsense')).toBeUndefined()
  expect(layerOf('__proto__')).toBeUndefined()
})

test('a filter count typed by hand is read, a wrong one is refused with what was wanted', () => {
  const filters = layerOf('conv2d')?.params.filters
  expect(readParam('filters', filters, ' 20 ')).toEqual({ ok: true, value: 20 })
  for (const text of ['0', '-1', '1.5', 'abc', '1e9', '']) {
    expect(readParam('filters', filters, text)).toMatchObject({
      ok: false,
      issues: [{ param: 'filters', expected: `a whole number from 1 to ${MAX_COUNT}` }],
    })
  }
})

test('parameter types come from the definitions', () => {
  const good: ParamsOf<'dense'> = { units: 10, activation: 'softmax', useBias: true, kernelInitializer: 'zeros', l1: 0, l2: 0 }
  // @ts-expect-error: there is no such activation
  const wrongChoice: ParamsOf<'dense'>['activation'] = 'sofmax'
  // @ts-expect-error: a kernel size is a pair
  const wrongKind: ParamsOf<'conv2d'>['kernelSize'] = 3
  // @ts-expect-error: there is no such layer
  const wrongLayer: ParamsOf<'conv9d'> = {}
  expect([good.units, wrongChoice, wrongKind, wrongLayer]).toHaveLength(4)
})
