import type * as tfjs from '@tensorflow/tfjs'
import type { Resolved, ResolvedNode } from '../graph/resolved.ts'
import { failAll, IssueError, issue, ok, type Result, toIssue } from '../result.ts'
import { mixSeed } from '../rng.ts'
import { repair } from './repairs.ts'
import type { Tf } from './tf.ts'

const makeLayer = (tf: Tf, resolved: ResolvedNode, seed: number): tfjs.layers.Layer => {
  const { node, def, params } = resolved
  if (!def?.build)
    throw new IssueError(
      issue('engine/unknown-layer', `"${node.name}" is of the unknown type "${node.type}": replace it.`, { node: node.id }),
    )
  const layer = def.build(params, {
    tf,
    name: node.id,
    seed: mixSeed(seed, 'init', node.id),
    output: resolved.output ?? [],
  })
  // Told afterwards, because some layers hand what they are made with to parts that nobody reaches any more.
  if (node.frozen) layer.trainable = false
  repair(tf, layer, node.frozen)
  return layer
}

const connect = (tf: Tf, resolved: Resolved, seed: number, made: tfjs.layers.Layer[]): tfjs.LayersModel => {
  const outputs = new Map<string, tfjs.SymbolicTensor>()
  const tensor = (id: string): tfjs.SymbolicTensor => {
    const found = outputs.get(id)
    if (!found)
      throw new IssueError(issue('engine/no-source', `A wire comes from "${id}", which gives nothing: remove the wire.`, { node: id }))
    return found
  }
  for (const id of resolved.order) {
    const node = resolved.nodes.get(id)
    if (!node || node.node.bypassed) continue
    if (node.def?.input.arity === 'none') {
      outputs.set(id, tf.input({ shape: [...(node.output ?? [])], name: id }))
      continue
    }
    const layer = makeLayer(tf, node, seed)
    made.push(layer)
    const inputs = node.sources.map(tensor)
    const [first] = inputs
    // The first application makes the weights; a tidy takes what some initialisers (LSTM's bias) leave lying about, and spares variables.
    tf.tidy(() => {
      outputs.set(id, layer.apply(inputs.length === 1 && first ? first : inputs) as tfjs.SymbolicTensor)
    })
  }
  return tf.model({ inputs: resolved.inputs.map(tensor), outputs: resolved.outputs.map(tensor) })
}

/**
 * Builds the tfjs model of a resolved network: layers are named like their nodes, frozen ones do not train, bypassed ones are left out.
 * The same seed gives the same initial weights. The caller disposes of the model.
 */
export const buildModel = (resolved: Resolved, tf: Tf, seed: number): Result<tfjs.LayersModel> => {
  const errors = resolved.issues.filter(i => i.severity === 'error')
  if (!resolved.buildable || errors.length > 0) return failAll(errors)
  const made: tfjs.layers.Layer[] = []
  try {
    return ok(connect(tf, resolved, seed, made))
  } catch (error) {
    for (const layer of made) if (layer.weights.length > 0) tf.dispose(layer.weights.map(w => w.read()))
    return failAll([toIssue(error, 'engine/cannot-build')])
  }
}
