import { blankProject, type GraphNode, type ProjectFile } from './document.ts'

/** A node for tests. */
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

/** A project of these nodes, wired `from>to`. */
export const project = (nodes: readonly GraphNode[], wires: readonly string[] = []): ProjectFile => ({
  ...blankProject('test'),
  graph: {
    nodes,
    wires: wires.map((text, i) => {
      const [from = '', to = ''] = text.split('>')
      return { id: `w${i + 1}`, from, to }
    }),
    frames: [],
    notes: [],
  },
})

/** A project whose nodes follow one another. */
export const chain = (...nodes: readonly GraphNode[]): ProjectFile =>
  project(
    nodes,
    nodes.slice(1).map((to, i) => `${nodes[i]?.id}>${to.id}`),
  )

/** input 28×28×1 → conv 20 of 5×5 → pool → flatten → dense 10. */
export const smallNet = (): ProjectFile =>
  chain(
    node('input', 'input'),
    node('conv_1', 'conv2d', { filters: 20, kernelSize: [5, 5] }),
    node('pool_1', 'maxPooling2d'),
    node('flatten', 'flatten'),
    node('output', 'dense', { units: 10, activation: 'softmax' }),
  )
