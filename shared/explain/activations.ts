import type * as tfjs from '@tensorflow/tfjs'
import { type LayerActivation, PROBE_CHANNELS } from '../engine/protocol.ts'
import type { Tf } from '../engine/tf.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { statsOf } from './stats.ts'

/** Looks at the outputs of a model's layers; holds no memory of its own, so it needs no disposing. */
export interface Watcher {
  /** Outputs of every layer for one sample of shape `[...shape]`; inputs included, at most `PROBE_CHANNELS` channels each. */
  all(values: Float32Array): Promise<{ layers: LayerActivation[]; output: Float32Array }>
  /** Every channel of one layer; null when the model has no such layer. */
  one(values: Float32Array, node: string): Promise<LayerActivation | null>
  /** Runs the model once and keeps every output until closed. */
  open(values: Float32Array): Sight
}

/** The outputs of all layers for one sample. */
export interface Sight {
  /** The whole output of a layer; null when the model has no such layer. */
  values(node: string): Promise<Float32Array | null>
  close(): void
}

/** The first channels of values `[..., channels]`. */
const firstChannels = (values: Float32Array, channels: number, keep: number): Float32Array => {
  if (keep >= channels) return values
  const out = new Float32Array((values.length / channels) * keep)
  for (let i = 0, o = 0; i < values.length; i += channels) for (let c = 0; c < keep; c++) out[o++] = values[i + c] as number
  return out
}

const activationOf = (node: string, shape: Shape, values: Float32Array, most: number): LayerActivation => {
  const depth = shape.at(-1) ?? 1
  const channels = shape.length > 1 ? Math.min(depth, most) : depth
  return { node, shape, values: firstChannels(values, depth, channels), channels, stats: statsOf(values, depth) }
}

const shapeOf = (tensor: tfjs.SymbolicTensor): Shape => tensor.shape.slice(1).map(d => d ?? 1)

/** Opens a model for looking inside: one model whose outputs are those of all layers. */
export const watch = (tf: Tf, model: tfjs.LayersModel): Watcher => {
  const layers = model.layers.map(layer => ({ name: layer.name, output: layer.output as tfjs.SymbolicTensor }))
  const isInput = (layer: (typeof layers)[number]) => model.inputs.includes(layer.output)
  const computed = layers.filter(layer => !isInput(layer))
  const watching = computed.length > 0 ? tf.model({ inputs: model.inputs, outputs: computed.map(layer => layer.output) }) : null

  const run = (target: tfjs.LayersModel | null, values: Float32Array): tfjs.Tensor[] => {
    if (!target) return []
    return tf.tidy(() => {
      const feeds = model.inputs.map(input => tf.tensor(values.slice(), [1, ...shapeOf(input)]))
      const [only] = feeds
      return [target.apply(feeds.length === 1 && only ? only : feeds, { training: false }) as tfjs.Tensor | tfjs.Tensor[]].flat()
    })
  }
  const read = async (tensor: tfjs.Tensor): Promise<Float32Array> => new Float32Array(await tensor.data())
  const compute = async (target: tfjs.LayersModel | null, values: Float32Array): Promise<Float32Array[]> => {
    const tensors = run(target, values)
    const results = await Promise.all(tensors.map(read))
    tf.dispose(tensors)
    return results
  }

  return {
    all: async values => {
      const outputs = await compute(watching, values)
      const byName = new Map(computed.map((layer, i) => [layer.name, outputs[i] ?? new Float32Array()]))
      const all = layers.map(layer =>
        activationOf(layer.name, shapeOf(layer.output), byName.get(layer.name) ?? values.slice(), PROBE_CHANNELS),
      )
      const last = model.outputs[0]
      return { layers: all, output: (last && byName.get(last.sourceLayer.name)?.slice()) ?? values.slice() }
    },
    one: async (values, node) => {
      const layer = layers.find(l => l.name === node)
      if (!layer) return null
      const target = isInput(layer) ? null : tf.model({ inputs: model.inputs, outputs: layer.output })
      const [found] = await compute(target, values)
      return activationOf(node, shapeOf(layer.output), found ?? values.slice(), Number.POSITIVE_INFINITY)
    },
    open: values => {
      const tensors = run(watching, values)
      const byName = new Map(computed.map((layer, i) => [layer.name, tensors[i]]))
      return {
        values: async node => {
          const tensor = byName.get(node)
          if (tensor) return read(tensor)
          return layers.some(layer => layer.name === node) ? values.slice() : null
        },
        close: () => tf.dispose(tensors),
      }
    },
  }
}

/** Whether one sample of this many values can be shown to the model. */
export const accepts = (model: tfjs.LayersModel, values: Float32Array): boolean =>
  model.inputs.every(input => sizeOf(shapeOf(input)) === values.length)
