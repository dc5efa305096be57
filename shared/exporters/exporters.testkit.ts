import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { libraries } from '../../node/libraries.ts'
import { buildModel } from '../engine/build.ts'
import { getWeights } from '../engine/weights.ts'
import { blankProject, type Graph, type GraphNode, type ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { unwrap } from '../result.ts'
import type { ExportInput } from './define.ts'

/** A node for a story: id, type, parameters, and the name it shows. */
export const node = (id: string, type: string, params: GraphNode['params'] = {}, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  type,
  name: id,
  params,
  position: { x: 0, y: 0 },
  bypassed: false,
  frozen: false,
  ...more,
})

/** A project of these nodes; each wire is `from>to`. */
export const projectOf = (nodes: readonly GraphNode[], wires: readonly string[]): ProjectFile => {
  const graph: Graph = {
    nodes,
    wires: wires.map((wire, i) => {
      const [from = '', to = ''] = wire.split('>')
      return { id: `w${i}`, from, to }
    }),
    frames: [],
    notes: [],
  }
  return { ...blankProject('story'), graph }
}

/** A small image classifier with a branch: two convolutions of one image are added, and three classes come out. */
export const branched = (): ProjectFile =>
  projectOf(
    [
      node('image', 'input', { shape: [6, 6, 1] }),
      node('left', 'conv2d', { filters: 2, kernelSize: [3, 3], padding: 'same', activation: 'relu' }),
      node('right', 'conv2d', { filters: 2, kernelSize: [1, 1], padding: 'same' }),
      node('sum', 'add'),
      node('pool', 'maxPooling2d', { poolSize: [2, 2] }),
      node('flat', 'flatten'),
      node('out', 'dense', { units: 3, activation: 'softmax' }),
    ],
    ['image>left', 'image>right', 'left>sum', 'right>sum', 'sum>pool', 'pool>flat', 'flat>out'],
  )

/** What an exporter gets for a network with weights drawn from a seed; the caller disposes of model and probes. */
export const exportInputOf = async (project: ProjectFile, seed = 1): Promise<ExportInput> => {
  const resolved = resolve(project)
  const model = unwrap(buildModel(resolved, tf, seed))
  const probes = resolved.inputs.map(id => tf.randomUniform([8, ...(resolved.nodes.get(id)?.output ?? [])], 0, 1, 'float32', 7))
  const weights = await getWeights(model)
  return { project, resolved, history: [], libraries, weights, tf, data: null, model, probes, score: async () => null }
}

/** Runs a file's stories on plain tfjs and sees that none leaves a tensor behind; what `inputOf` makes, and what is given to `open`, is disposed of after each. */
export const tidyExports = (): { readonly inputOf: typeof exportInputOf; readonly open: { dispose(): unknown }[] } => {
  const open: { dispose(): unknown }[] = []
  let before = 0
  beforeAll(async () => {
    tf.enableProdMode()
    await tf.setBackend('cpu')
  })
  beforeEach(() => {
    before = tf.memory().numTensors
  })
  afterEach(() => {
    for (const thing of open.splice(0)) thing.dispose()
    expect(tf.memory().numTensors, 'tensors left behind').toBe(before)
  })
  const inputOf: typeof exportInputOf = async (project, seed) => {
    const input = await exportInputOf(project, seed)
    open.push(input.model, ...input.probes)
    return input
  }
  return { inputOf, open }
}
