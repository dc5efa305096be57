import type { AnyLayerDef, KerasConfig } from '../../layers/define.ts'
import { DIFFERS_IN_KERAS } from '../../layers/lib/activations.ts'
import { type Param, type ParamSchema, parseParam } from '../../layers/params.ts'
import { layers } from '../../layers/registry.ts'
import { fail, ok, type Result } from '../../result.ts'
import { type Dialect, type ForeignLayer, quoted } from './topology.ts'
import { readPenalties, readValue } from './values.ts'

/** A layer of a file in Netloom's terms, or why it can only be kept as a placeholder. */
export type ReadLayer =
  | {
      readonly kind: 'known'
      readonly def: AnyLayerDef
      readonly params: Readonly<Record<string, unknown>>
      /** Settings left out that matter for training only, e.g. `kernel_constraint`. */
      readonly left: readonly string[]
      /** An axis, counted with the batch, that must turn out to be the last one; null where that is known. */
      readonly axis: number | null
    }
  | {
      readonly kind: 'unknown'
      readonly why: string
      /** True when the layer passes on what arrives except while training, so that the network works without it. */
      readonly passes?: boolean
    }

const byClass: ReadonlyMap<string, AnyLayerDef> = new Map([
  ...layers.map(def => [def.title, def] as const),
  ...layers.filter(def => def.type === 'input').map(def => ['InputLayer', def] as const),
  ...layers.filter(def => def.type === 'batchNormalization').flatMap(def => ['V1', 'V2'].map(v => [def.title + v, def] as const)),
])

const unknown = (why: string, passes = false): ReadLayer => ({ kind: 'unknown', why, passes })

/** Keras classes that Netloom does not have and that do something while training only. */
const PASSING = new Set(
  `SpatialDropout2D SpatialDropout3D ActivityRegularization RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness`.split(
    ' ',
  ),
)

/** Settings that say nothing about what a layer computes once its weights are there. */
const HARMLESS = new Set(
  `name trainable dtype batch_input_shape batch_shape input_shape input_dim input_length input_dtype sparse ragged optional seed implementation
  unroll unit_forget_bias zero_output_for_mask renorm_momentum synchronized noise_shape quantization_config gain fused recurrent_initializer
  moving_variance_initializer moving_mean_initializer`.split(/\s+/),
)
const STARTING_VALUES = /_initializer$/
const TRAINING_ONLY = /_(regularizer|constraint)$|^(recurrent_)?dropout$/

/** What settings that Netloom does not have must be for the layer to compute the same. */
const WANTED: Readonly<Record<string, readonly unknown[]>> = {
  data_format: ['channels_last', 'channelsLast'],
  groups: [1],
  depth_multiplier: [1],
  dilation_rate: [1, [1], [1, 1]],
  interpolation: ['nearest'],
  alpha: [1],
  approximate: [false],
}

const isEmpty = (v: unknown): boolean =>
  v === undefined || v === null || v === false || v === 0 || v === '' || (Array.isArray(v) && v.length === 0)

const axisOf = (v: unknown): number | null => {
  const axis = Array.isArray(v) && v.length === 1 ? (v[0] as unknown) : v
  return typeof axis === 'number' && Number.isInteger(axis) ? axis : null
}

interface Rest {
  readonly left: readonly string[]
  readonly axis: number | null
  readonly why: string | null
}

/** Looks through the settings that no parameter takes: harmless ones, ones for training, and those that change the result. */
const readRest = (config: KerasConfig, taken: ReadonlySet<string>): Rest => {
  const left: string[] = []
  let axis: number | null = null
  for (const [key, value] of Object.entries(config)) {
    if (taken.has(key) || HARMLESS.has(key) || STARTING_VALUES.test(key) || isEmpty(value)) continue
    if (TRAINING_ONLY.test(key)) left.push(key)
    else if (key === 'axis' && axisOf(value) !== null) axis = axisOf(value)
    else if (!(Object.hasOwn(WANTED, key) && WANTED[key]?.some(wanted => JSON.stringify(wanted) === JSON.stringify(value))))
      return { left, axis, why: `its ${key.slice(0, 40)} is ${(JSON.stringify(value) ?? '').slice(0, 40)}, which Netloom does not have` }
  }
  return { left, axis: axis === -1 ? null : axis, why: null }
}

const snake = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** Settings without which a file is broken; all others have the default that Keras gives them too. */
const NEEDED = new Set([
  'units',
  'filters',
  'kernelSize',
  'rate',
  'stddev',
  'inputDim',
  'outputDim',
  'n',
  'targetShape',
  'dims',
  'axes',
  'shape',
])

const isNeeded = (key: string, param: Param): boolean => NEEDED.has(key) || (key === 'scale' && param.kind === 'float')

type Values = { readonly values: Record<string, unknown>; readonly taken: ReadonlySet<string>; readonly why: string | null }

const readParams = (layer: ForeignLayer, schema: ParamSchema, config: KerasConfig): Result<Values> => {
  const values: Record<string, unknown> = {}
  const taken = new Set<string>()
  for (const [key, param] of Object.entries(schema)) {
    const name = snake(key)
    taken.add(name)
    const read = readValue(param, Object.hasOwn(config, name) ? config[name] : undefined)
    if (read === null) {
      if (STARTING_VALUES.test(name)) continue
      return ok({ values, taken, why: `its ${name} is ${(JSON.stringify(config[name]) ?? '').slice(0, 40)}, which Netloom does not have` })
    }
    if (read) {
      const parsed = parseParam(key, param, read.value)
      if (!parsed.ok)
        return fail(
          'import/out-of-bounds',
          `The layer ${quoted(layer.name)} (${layer.className}) cannot be opened: ${parsed.issues[0].message}`,
        )
      values[key] = parsed.value
    } else if (isNeeded(key, param))
      return fail('import/missing-setting', `The layer ${quoted(layer.name)} (${layer.className}) does not say its ${name}.`)
  }
  if (schema.strides && schema.poolSize && values.strides === undefined) values.strides = values.poolSize
  return ok({ values, taken, why: null })
}

/** Kernel penalties, where the layer has them; one that is neither L1 nor L2 is left out. */
const withPenalties = (schema: ParamSchema, config: KerasConfig, { values, taken, why }: Values): Result<Values> => {
  const key = ['kernel_regularizer', 'depthwise_regularizer'].find(name => Object.hasOwn(config, name) && schema.l1 && schema.l2)
  const found = key === undefined ? null : readPenalties(config[key])
  if (!found || !schema.l1 || !schema.l2) return ok({ values, taken, why })
  for (const [name, param] of [
    ['l1', schema.l1],
    ['l2', schema.l2],
  ] as const) {
    const parsed = parseParam(name, param, found[name])
    if (!parsed.ok) return parsed
  }
  return ok({ values: { ...values, ...found }, taken: new Set([...taken, key ?? '', 'pointwise_regularizer']), why })
}

/** Why Keras computes something else with these values than tfjs does, or null. */
export const kerasDifference = (def: AnyLayerDef, values: Readonly<Record<string, unknown>>): string | null => {
  const activation = Object.entries(def.params as ParamSchema).find(
    ([key, param]) => param.kind === 'choice' && DIFFERS_IN_KERAS.some(name => name === values[key]),
  )
  if (activation) return `${String(values[activation[0]])} has another slope in Keras 3 than in tfjs`
  return def.differsInKeras?.(values) ?? null
}

/** Finds the layer of this class and its parameters; what a file's author programmed is never run. */
export const readLayer = (layer: ForeignLayer, dialect: Dialect): Result<ReadLayer> => {
  const { className, isOwn } = layer
  if (className === 'Lambda') return ok(unknown('it holds a program of the file’s author, which is never run'))
  if (!isOwn) return ok(unknown(`${quoted(className)} is a class of the file’s author, which is never run`))
  if (PASSING.has(className)) return ok(unknown('it does something only while training, so it is bypassed', true))
  const def = byClass.get(className)
  if (!def) return ok(unknown(`Netloom has no layer ${quoted(className)}`))
  const config = def.fromKeras?.(layer.config) ?? layer.config
  const read = readParams(layer, def.params as ParamSchema, config)
  if (!read.ok) return read
  const whole = withPenalties(def.params as ParamSchema, config, read.value)
  if (!whole.ok) return whole
  const rest = readRest(config, whole.value.taken)
  const params = whole.value.values
  const differs = dialect === 'keras3' ? kerasDifference(def, params) : dialect === 'keras2' ? (def.differsInKeras?.(params) ?? null) : null
  const why = whole.value.why ?? rest.why ?? (differs === null ? null : differs)
  if (why !== null) return ok(unknown(why))
  return ok({ kind: 'known', def, params, left: rest.left, axis: rest.axis })
}
