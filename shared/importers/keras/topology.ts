import type { KerasConfig } from '../../layers/define.ts'
import { fail, ok, type Result } from '../../result.ts'

/** Who wrote a file: names and meanings of some settings differ. */
export type Dialect = 'keras2' | 'keras3' | 'tfjs'

/** One layer as the file describes it. */
export interface ForeignLayer {
  readonly name: string
  /** Keras class name, e.g. `Conv2D`. */
  readonly className: string
  /** False for classes that the file's author wrote. */
  readonly isOwn: boolean
  readonly config: KerasConfig
  /** Names of the layers whose outputs arrive, in order. */
  readonly sources: readonly string[]
}

/** A network as the file describes it. */
export interface Topology {
  readonly name: string
  readonly dialect: Dialect
  readonly layers: readonly ForeignLayer[]
  /** Names of the layers that the file calls outputs. */
  readonly outputs: readonly string[]
}

/** An object read from JSON. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Foreign text in quotes for messages, cut to a sensible length. */
export const quoted = (text: unknown): string => `“${String(text).slice(0, 80)}”`

const MODELS = new Set(['Sequential', 'Functional', 'Model'])

const bad = (message: string, where = ''): Result<never> => fail('import/bad-topology', message, where ? { where } : {})

/** `[layer name, node index, tensor index]`. */
type Ref = readonly [string, number, number]

const isRef = (value: unknown): value is Ref =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number' && typeof value[2] === 'number'

/** Every reference to another layer's output inside a value, in order; both ways that Keras writes them. */
const refsIn = (value: unknown): readonly Ref[] => {
  if (isRef(value)) return [value, ...value.slice(3).flatMap(refsIn)]
  if (Array.isArray(value)) return value.flatMap(refsIn)
  if (!isRecord(value)) return []
  if (value.class_name !== '__keras_tensor__') return Object.values(value).flatMap(refsIn)
  const history = isRecord(value.config) ? value.config.keras_history : undefined
  return isRef(history) ? [history] : []
}

const sourcesOf = (layer: string, nodes: unknown): Result<readonly string[]> => {
  if (nodes === undefined || nodes === null) return ok([])
  if (!Array.isArray(nodes)) return bad(`The layer ${quoted(layer)} does not say in a list where its input comes from.`)
  const refs = nodes.flatMap(refsIn)
  if (nodes.length > 1 || refs.some(([, node]) => node !== 0))
    return fail(
      'import/shared-layer',
      `The layer ${quoted(nodes.length > 1 ? layer : refs.find(([, node]) => node !== 0)?.[0])} is used in several places with the same weights, which Netloom cannot draw.`,
    )
  return ok(refs.map(([name]) => name))
}

/** Reads one entry of the list of layers; a network among the layers is refused by its name. */
const readLayer = (entry: unknown, place: number): Result<Omit<ForeignLayer, 'sources'> & { readonly inbound: unknown }> => {
  if (!isRecord(entry) || typeof entry.class_name !== 'string' || entry.class_name === '')
    return bad(`Entry ${place + 1} in the list of layers has no class name.`, `layers[${place}]`)
  const className = entry.class_name
  const config = isRecord(entry.config) ? entry.config : {}
  const named = entry.name ?? config.name
  const name = typeof named === 'string' && named !== '' ? named : `${className.toLowerCase()}_${place + 1}`
  if (MODELS.has(className))
    return fail(
      'import/nested-model',
      `The layer ${quoted(name)} is a whole network (${className}) inside the network, which Netloom cannot draw; save it without nesting.`,
    )
  const foreign =
    (typeof entry.module === 'string' && !/^(tf_|tensorflow\.)?keras(\.|$)/.test(entry.module)) ||
    (typeof entry.registered_name === 'string' && entry.registered_name.includes('>'))
  return ok({ name, className: className.slice(0, 120), isOwn: !foreign, config, inbound: entry.inbound_nodes })
}

const inputShapeOf = (config: KerasConfig): unknown => config.batch_shape ?? config.batch_input_shape

/** A chain; where no layer for the input stands at its beginning, the first one says what shape enters. */
const readSequential = (entries: readonly unknown[], built: unknown): Result<Pick<Topology, 'layers' | 'outputs'>> => {
  const layers: ForeignLayer[] = []
  for (const [i, entry] of entries.entries()) {
    const read = readLayer(entry, i)
    if (!read.ok) return read
    const { inbound: _, ...layer } = read.value
    if (i === 0 && layer.className !== 'InputLayer') {
      const shape = inputShapeOf(layer.config) ?? built
      const name = layer.name === 'input' ? 'input_1' : 'input'
      layers.push({ name, className: 'InputLayer', isOwn: true, config: { batch_shape: shape }, sources: [] })
    }
    const before = layers.at(-1)
    layers.push({ ...layer, sources: before ? [before.name] : [] })
  }
  return ok({ layers, outputs: layers.slice(-1).map(({ name }) => name) })
}

const readFunctional = (entries: readonly unknown[], outputs: unknown): Result<Pick<Topology, 'layers' | 'outputs'>> => {
  const layers: ForeignLayer[] = []
  for (const [i, entry] of entries.entries()) {
    const read = readLayer(entry, i)
    if (!read.ok) return read
    const { inbound, ...layer } = read.value
    const sources = sourcesOf(layer.name, inbound)
    if (!sources.ok) return sources
    layers.push({ ...layer, sources: sources.value })
  }
  return ok({ layers, outputs: refsIn(outputs).map(([name]) => name) })
}

const dialectOf = (root: Readonly<Record<string, unknown>>, hint: Dialect | null): Dialect => {
  if (hint) return hint
  if ('module' in root || 'registered_name' in root) return 'keras3'
  const version = String(root.keras_version ?? '')
  if (/tfjs/i.test(version) || root.backend === 'tensor_flow.js') return 'tfjs'
  return /^[3-9]\./.test(version) ? 'keras3' : 'keras2'
}

/** True for an object that describes a Keras or tfjs model. */
export const isTopology = (value: unknown): boolean => {
  if (!isRecord(value)) return false
  if (isRecord(value.model_config)) return isTopology(value.model_config)
  return typeof value.class_name === 'string' && 'config' in value
}

/** Reads the description of a network as Keras (2 and 3) and tfjs write it; the value has passed `guardJson`. */
export const readTopology = (value: unknown, hint: Dialect | null = null): Result<Topology> => {
  if (!isRecord(value)) return bad('The description of the network is not a JSON object.')
  const root = isRecord(value.model_config) ? { ...value, ...value.model_config } : value
  const { class_name: kind, config } = root
  if (typeof kind !== 'string' || !MODELS.has(kind))
    return fail(
      'import/not-a-network',
      typeof kind === 'string'
        ? `The file holds a ${quoted(kind)}, not a Sequential or Functional network; only those can be opened.`
        : 'The description of the network does not say of which class it is.',
    )
  const entries = Array.isArray(config) ? config : isRecord(config) ? config.layers : undefined
  if (!Array.isArray(entries)) return bad('The description of the network has no list of layers.')
  if (entries.length === 0) return bad('The description of the network lists no layers.')
  const more = isRecord(config) ? config : {}
  const read = kind === 'Sequential' ? readSequential(entries, more.build_input_shape) : readFunctional(entries, more.output_layers)
  if (!read.ok) return read
  const name = typeof more.name === 'string' && more.name !== '' ? more.name : 'imported'
  return ok({ name, dialect: dialectOf(root, hint), ...read.value })
}
