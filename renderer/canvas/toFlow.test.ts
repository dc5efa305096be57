import { describe, expect, it } from 'vitest'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { moveNodes, setParams } from '../../shared/graph/edit.ts'
import { resolve } from '../../shared/graph/resolve.ts'
import { wireWidth } from '../../shared/picture/graphSvg.ts'
import { templateOf } from '../../templates/templates.ts'
import { type FlowUi, flowMapper } from './toFlow.ts'

const lenet = (): ProjectFile => {
  const template = templateOf('lenet')
  if (!template) throw new Error('there is no LeNet template')
  return template.project
}
const calm: FlowUi = { selectedNodes: [], selectedWires: [], dragged: new Map(), direction: 'down', strips: false }
const draw = (mapper: ReturnType<typeof flowMapper>, project: ProjectFile, ui: Partial<FlowUi> = {}) => {
  const resolved = resolve(project)
  const all = { ...calm, ...ui }
  return { nodes: mapper.toNodes(project, resolved, all), edges: mapper.toEdges(project, resolved, all) }
}

describe('a document on the canvas', () => {
  it('is one card per layer and one edge per wire, named for screen readers', () => {
    const { nodes, edges } = draw(flowMapper(), lenet())
    expect(nodes.map(n => n.id)).toEqual(['input', 'conv_1', 'pool_1', 'conv_2', 'pool_2', 'flatten', 'fc_1', 'output'])
    expect(edges).toHaveLength(7)
    expect(nodes[1]?.ariaLabel).toBe('conv_1, Conv2D, output 24×24×20, 520 parameters')
    expect(edges[0]?.ariaLabel).toBe('wire from input to conv_1')
  })

  it('gives the Input no port to feed it', () => {
    const { nodes } = draw(flowMapper(), lenet())
    expect(nodes[0]?.handles?.map(h => h.type)).toEqual(['source'])
    expect(nodes[1]?.handles?.map(h => h.type)).toEqual(['source', 'target'])
  })

  it('keeps every card that did not change, so that only the others are drawn again', () => {
    const mapper = flowMapper()
    const project = lenet()
    const before = draw(mapper, project).nodes
    const moved = draw(mapper, moveNodes(project, new Map([['conv_2', { x: 40, y: 3000 }]]))).nodes
    expect(moved.filter((n, i) => n !== before[i]).map(n => n.id)).toEqual(['conv_2'])
    expect(
      draw(mapper, project, { selectedNodes: ['input'] })
        .nodes.filter((n, i) => n !== before[i])
        .map(n => n.id),
    ).toContain('input')
  })

  it('hands React Flow the same lists while nothing changed', () => {
    const mapper = flowMapper()
    const project = lenet()
    const first = draw(mapper, project)
    const again = draw(mapper, project)
    expect(again.nodes).toBe(first.nodes)
    expect(again.edges).toBe(first.edges)
  })

  it('draws the layers behind a change again, because their shapes changed', () => {
    const mapper = flowMapper()
    const project = lenet()
    const before = draw(mapper, project).nodes
    const after = draw(mapper, setParams(project, 'conv_2', { filters: 64 })).nodes
    expect(after.filter((n, i) => n !== before[i]).map(n => n.id)).toEqual(['conv_2', 'pool_2', 'flatten', 'fc_1'])
  })

  it('shows a dragged card under the pointer without touching the document', () => {
    const project = lenet()
    const { nodes } = draw(flowMapper(), project, { dragged: new Map([['pool_1', { x: 7, y: 9 }]]) })
    expect(nodes[2]?.position).toEqual({ x: 7, y: 9 })
    expect(project.graph.nodes[2]?.position).not.toEqual({ x: 7, y: 9 })
  })

  it('folds the strip of a card that has another one to its right', () => {
    const project = lenet()
    const at = project.graph.nodes.find(n => n.id === 'conv_1')?.position ?? { x: 0, y: 0 }
    const beside = moveNodes(project, new Map([['output', { x: at.x + 270, y: at.y + 10 }]]))
    const { nodes } = draw(flowMapper(), beside, { strips: true })
    expect(nodes.filter(n => n.data.folded).map(n => n.id)).toEqual(['conv_1'])
  })

  it('draws wires a little thicker for larger tensors', () => {
    expect(wireWidth(null)).toBe(1.5)
    expect(wireWidth([10])).toBeGreaterThan(1.5)
    expect(wireWidth([224, 224, 64])).toBeGreaterThan(wireWidth([10]))
    expect(wireWidth([224, 224, 64])).toBeLessThan(3)
  })
})
