import { describe, expect, it } from 'vitest'
import type { ProjectFile } from '../../shared/graph/document.ts'
import { addNode } from '../../shared/graph/edit.ts'
import { newNode } from '../../shared/graph/ids.ts'
import { resolve } from '../../shared/graph/resolve.ts'
import { templateOf } from '../../templates/templates.ts'
import { connectableNodes, layersAt, reach, refusal } from './connect.ts'

const lenet = (...types: readonly string[]): ProjectFile => {
  const template = templateOf('lenet')
  if (!template) throw new Error('there is no LeNet template')
  return types.reduce((doc, type) => addNode(doc, newNode(doc, type, { x: 900, y: 0 })), template.project)
}
const ends = (doc: ProjectFile, id: string, side: 'out' | 'in') => connectableNodes(doc.graph, resolve(doc), id, side)

describe('drawing a wire', () => {
  it('lights up the cards that may take it and no others', () => {
    const doc = lenet('add', 'dense', 'conv2d')
    const from = ends(doc, 'flatten', 'out')
    expect(from.has('add_1')).toBe(true)
    expect(from.has('dense_1')).toBe(true)
    expect(from.has('conv_3')).toBe(false) // takes an image, not 800 values
    expect(from.has('conv_1')).toBe(false) // would close a loop
    expect(from.has('fc_1')).toBe(false) // is fed already
    expect(from.has('input')).toBe(false) // takes no wire
  })

  it('knows which outputs a waiting input may take', () => {
    const doc = lenet('conv2d')
    const sources = ends(doc, 'conv_3', 'in')
    expect(sources.has('pool_1')).toBe(true)
    expect(sources.has('flatten')).toBe(false)
  })

  it('refuses a loop with a sentence that names it', () => {
    expect(refusal(lenet(), 'fc_1', 'conv_2')).toContain('loop')
    expect(refusal(lenet('dense'), 'flatten', 'dense_1')).toBeNull()
  })

  it('offers only layers that fit where the wire was dropped', () => {
    const doc = lenet()
    const types = layersAt(resolve(doc), 'flatten', 'out').map(d => d.type)
    expect(types).toContain('dense')
    expect(types).not.toContain('conv2d')
    expect(types).not.toContain('input')
  })

  it('walks along wires both ways', () => {
    const { graph } = lenet()
    expect([...reach(graph, 'pool_2', 'after')]).toEqual(['pool_2', 'flatten', 'fc_1', 'output'])
    expect([...reach(graph, 'conv_1', 'before')]).toEqual(['conv_1', 'input'])
  })
})
