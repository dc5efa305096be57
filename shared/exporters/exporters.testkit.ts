import { blankProject, type Graph, type GraphNode, type ProjectFile } from '../graph/document.ts'

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
