import type * as tfjs from '@tensorflow/tfjs'
import { type DeviceValues, type GpuBackend, tensorsOf } from '../kernels/webgpu/backend.ts'
import { sameShape } from '../layers/shape.ts'
import type { NamedWeight } from './protocol.ts'
import type { Tf } from './tf.ts'

interface Slot {
  readonly name: string
  readonly variable: tfjs.LayerVariable
}

/** `kernel`, or `forward_lstm/kernel` inside a layer that holds others. */
const ownName = (layer: string, original: string): string =>
  original.startsWith(`${layer}/`) ? original.slice(layer.length + 1) : (original.split('/').at(-1) ?? original)

/** The node that a weight belongs to, by its name `<node>/<weight>`, in which the weight's own part may hold slashes. */
export const nodeOfWeight = (name: string): string => name.slice(0, name.indexOf('/'))

/** Every weight of a model, or of one node, with its name `<node>/<weight>`, in the order of the layers. */
const slots = (model: tfjs.LayersModel, node?: string): Slot[] =>
  model.layers.flatMap(layer =>
    (node === undefined || layer.name === node ? layer.weights : []).map(variable => ({
      name: `${layer.name}/${ownName(layer.name, variable.originalName)}`,
      variable,
    })),
  )

/** Puts the newest weights into a model: at once, or by the time the promise resolves. */
export type HandOver = () => Promise<void> | undefined

// Models whose newest weights are elsewhere while something else trains them, and how they come back.
const elsewhere = new WeakMap<tfjs.LayersModel, HandOver>()

/** Says how the newest weights of a model come back to it, as long as they are elsewhere; null when they are back. */
export const keepElsewhere = (model: tfjs.LayersModel, handOver: HandOver | null): void => {
  if (handOver) elsewhere.set(model, handOver)
  else elsewhere.delete(model)
}

/** Brings the newest weights into the model; to be called before anybody looks at it. */
export const freshen = async (model: tfjs.LayersModel): Promise<void> => elsewhere.get(model)?.()

/** A copy of a tensor's values; it may be replaced and disposed of meanwhile. */
const valuesOf = async (tensor: tfjs.Tensor): Promise<Float32Array> => {
  const held = tensor.clone()
  try {
    return new Float32Array((await held.data()) as Float32Array)
  } finally {
    held.dispose()
  }
}

/** Copies what a model holds, with some weights, whichever of them are given, in place of its own. */
export const heldWeights = async (model: tfjs.LayersModel, given: readonly NamedWeight[] = [], node?: string): Promise<NamedWeight[]> => {
  const instead = new Map(given.map(weight => [weight.name, weight]))
  const all = slots(model, node).map(
    async ({ name, variable }) =>
      instead.get(name) ?? { name, shape: [...variable.shape] as number[], values: await valuesOf(variable.read()) },
  )
  // A lost device refuses each; when that is told, none may be held any more.
  await Promise.allSettled(all)
  return Promise.all(all)
}

/** Copies all weights out of a model, or those of one node. */
export const getWeights = async (model: tfjs.LayersModel, node?: string): Promise<NamedWeight[]> => {
  await freshen(model)
  return heldWeights(model, [], node)
}

/** The columns of one weight that belong to these output channels, `[…, columns.length]`; null when the model has no such weight. */
export const readColumns = async (
  tf: Tf,
  model: tfjs.LayersModel,
  name: string,
  columns: readonly number[],
): Promise<Float32Array | null> => {
  const found = slots(model).find(slot => slot.name === name)
  if (!found) return null
  const gathered = tf.tidy(() => {
    const value = found.variable.read()
    return tf.gather(value, tf.tensor1d([...columns], 'int32'), value.rank - 1)
  })
  const values = new Float32Array(await gathered.data())
  gathered.dispose()
  return values
}

/** Puts weights back where name and shape agree, leaves the rest as it is, and returns how many fitted. */
export const setWeights = (tf: Tf, model: tfjs.LayersModel, weights: readonly NamedWeight[]): number => {
  // A copy where the backend keeps the array, which the caller may transfer; wasm makes one of its own.
  const copies = tf.getBackend() !== 'wasm'
  return replaceWeights(model, weights, function* (fitting) {
    for (const { values, shape } of fitting) yield tf.tensor(copies ? values.slice() : values, [...shape])
  })
}

/** Puts values that lie on the graphics card back as `setWeights` does, without a way through the processor; tfjs must compute on the same device. */
export const setResidentWeights = (
  tf: Tf,
  backend: GpuBackend,
  model: tfjs.LayersModel,
  weights: readonly (DeviceValues & { readonly name: string })[],
): number => replaceWeights(model, weights, fitting => tensorsOf(tf, backend, fitting))

/** Replaces the weights of a model, where name and shape agree, by tensors made of others, one for each in turn, and returns how many. */
const replaceWeights = <W extends { readonly name: string; readonly shape: readonly number[] }>(
  model: tfjs.LayersModel,
  weights: readonly W[],
  make: (fitting: readonly W[]) => Iterable<tfjs.Tensor>,
): number => {
  const byName = new Map(weights.map(weight => [weight.name, weight]))
  const fitting = slots(model).flatMap(({ name, variable }) => {
    const weight = byName.get(name)
    return weight && sameShape(weight.shape, variable.shape as number[]) ? [{ variable, weight }] : []
  })
  let kept = 0
  for (const value of make(fitting.map(({ weight }) => weight))) {
    fitting[kept++]?.variable.write(value)
    value.dispose()
  }
  return kept
}

/** Number of parameters of a model. */
export const countParameters = (model: tfjs.LayersModel): number => model.countParams()
