import { losses } from '../../engine/losses.ts'
import type { TrainingSetup } from '../../graph/document.ts'
import type { Resolved, ResolvedNode } from '../../graph/resolved.ts'
import type { Call, CallValue } from '../../layers/define.ts'
import type { Shape } from '../../layers/shape.ts'
import type { ExportDocument } from '../define.ts'
import { kerasOptimizer } from '../kerasOptimizer.ts'
import { kerasName } from '../python.ts'
import { kerasOrder } from './order.ts'

type Json = { readonly [key: string]: unknown }

/** One layer of the file: the node it stands for and its Keras class and name. */
export interface FileLayer {
  readonly entry: ResolvedNode
  readonly className: string
  readonly name: string
}

const isCall = (value: CallValue): value is Call => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A Keras object as its files hold it: where it lives, its class, and what it was made with. */
const objectOf = ({ name, args }: Call, more: Json = {}): Json => {
  const at = name.lastIndexOf('.')
  const config = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, jsonOf(value)]))
  const path = name.slice(0, at)
  return {
    module: path.startsWith('keras') ? path : `keras.${path}`,
    class_name: name.slice(at + 1),
    config: { ...more, ...config },
    registered_name: null,
  }
}

const jsonOf = (value: CallValue): unknown => {
  if (isCall(value)) return objectOf(value)
  return Array.isArray(value) ? value.map(jsonOf) : value
}

const batched = (shape: Shape | null): readonly (number | null)[] => [null, ...(shape ?? [])]

/** The layers in the order that Keras gives them, with names that Keras accepts, each once. */
export const fileLayers = (resolved: Resolved): readonly FileLayer[] => {
  const taken = new Set<string>()
  return kerasOrder(resolved).flatMap(id => {
    const entry = resolved.nodes.get(id)
    if (!entry?.def) return []
    const call = entry.def.keras(entry.params)
    const className = entry.node.type === 'input' ? 'InputLayer' : call.name.slice(call.name.lastIndexOf('.') + 1)
    return [{ entry, className, name: kerasName(entry.node.name || id, taken) }]
  })
}

/** One output of a layer as an argument of the next one. */
const tensorOf = ({ entry, name }: FileLayer): Json => ({
  class_name: '__keras_tensor__',
  config: { shape: batched(entry.output), dtype: 'float32', keras_history: [name, 0, 0] },
})

const inputConfig = ({ entry, name }: FileLayer): Json => ({
  module: 'keras.layers',
  class_name: 'InputLayer',
  config: { batch_shape: batched(entry.output), dtype: 'float32', sparse: false, ragged: false, name, optional: false },
  registered_name: null,
  name,
  inbound_nodes: [],
})

/** Settings that Keras wants to find in the file although its own layers have a default for them. */
const WANTED: Readonly<Record<string, Json>> = { Rescaling: { offset: 0 } }

const layerConfig = (layer: FileLayer, byId: ReadonlyMap<string, FileLayer>): Json => {
  const { entry, name } = layer
  const { def, node } = entry
  if (!def || node.type === 'input') return inputConfig(layer)
  const sources = entry.sources.flatMap(id => byId.get(id) ?? []).map(tensorOf)
  const many = def.input.arity === 'many'
  const shapes = entry.inputs.map(batched)
  // Some classes without weights refuse to be told that they are trainable.
  const trainable = entry.weights.length > 0 ? { trainable: !node.frozen } : {}
  return {
    ...objectOf(def.keras(entry.params), { name, ...trainable, dtype: 'float32', ...WANTED[layer.className] }),
    ...(entry.weights.length > 0 || many ? { build_config: { input_shape: many ? shapes : shapes[0] } } : {}),
    name,
    inbound_nodes: [{ args: many ? [sources] : sources, kwargs: {} }],
  }
}

/** What the network was trained with, so that Keras can go on or evaluate at once. */
const compileConfig = (training: TrainingSetup): Json => ({
  optimizer: objectOf(kerasOptimizer(training)),
  loss: objectOf({ name: `keras.losses.${losses[training.loss].keras}`, args: {} }),
  loss_weights: null,
  metrics: [training.loss === 'meanSquaredError' ? 'mae' : 'accuracy'],
  weighted_metrics: null,
  run_eagerly: false,
  steps_per_execution: 1,
  jit_compile: false,
})

/** `config.json` of a `.keras` file: the functional model as Keras 3 describes it. */
export const kerasConfig = ({ project, resolved }: ExportDocument, layers: readonly FileLayer[]): Json => {
  const byId = new Map(layers.map(layer => [layer.entry.node.id, layer]))
  const ends = (ids: readonly string[]): unknown => {
    const list = ids.flatMap(id => byId.get(id) ?? []).map(({ name }) => [name, 0, 0])
    return list.length === 1 ? list[0] : list
  }
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: kerasName(project.name, new Set()),
      trainable: true,
      layers: layers.map(layer => layerConfig(layer, byId)),
      input_layers: ends(resolved.inputs),
      output_layers: ends(resolved.outputs),
    },
    registered_name: 'Functional',
    build_config: { input_shape: batched(resolved.nodes.get(resolved.inputs[0] ?? '')?.output ?? null) },
    compile_config: compileConfig(project.training),
  }
}
