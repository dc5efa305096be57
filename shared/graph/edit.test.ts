import { describe, expect, test } from 'vitest'
import { unwrap } from '../result.ts'
import { node, project, smallNet } from './build.testkit.ts'
import { connectable, layersAfter } from './connectable.ts'
import type { ProjectFile } from './document.ts'
import * as edit from './edit.ts'
import { applyFix } from './fixes.ts'
import { copyFragment, duplicateOf, fragmentText, freshFragment, parseFragment, paste } from './fragment.ts'
import { freshNodeId, newNode } from './ids.ts'
import { layoutOf, STEP } from './layout.ts'
import { resolve } from './resolve.ts'

const wires = (doc: ProjectFile) => doc.graph.wires.map(({ from, to }) => `${from}>${to}`)
const at = (doc: ProjectFile, id: string) => doc.graph.nodes.find(n => n.id === id)

describe('building', () => {
  test('fresh ids count on from what is there', () => {
    expect(freshNodeId(smallNet(), 'conv2d')).toBe('conv_2')
    expect(freshNodeId(smallNet(), 'maxPooling2d')).toBe('max_pooling_1')
    expect(freshNodeId(smallNet(), '<img>')).toBe('img_1')
  })

  test('a dropout dropped on the last wire goes between, and the last card makes room', () => {
    const doc = edit.arrange(smallNet())
    const after = edit.insertOnWire(doc, 'w4', newNode(doc, 'dropout', { x: 500, y: 500 }))
    expect(wires(after)).toEqual(['input>conv_1', 'conv_1>pool_1', 'pool_1>flatten', 'flatten>dropout_1', 'dropout_1>output'])
    const old = at(doc, 'output')?.position.y ?? 0
    expect(at(after, 'dropout_1')?.position).toEqual({ x: at(doc, 'output')?.position.x, y: old })
    expect(at(after, 'output')?.position.y).toBe(old + STEP.y)
    expect(at(after, 'flatten')).toBe(at(doc, 'flatten'))
    expect(resolve(after).issues).toEqual([])
  })

  test('a card that is connected already, or an Input, is not put into a wire', () => {
    const doc = smallNet()
    expect(edit.insertOnWire(doc, 'w4', node('conv_1', 'conv2d'))).toBe(doc)
    expect(edit.insertOnWire(doc, 'w4', newNode(doc, 'input', { x: 0, y: 0 }))).toBe(doc)
    expect(edit.insertOnWire(doc, 'nowhere', newNode(doc, 'dense', { x: 0, y: 0 }))).toBe(doc)
  })

  test('a new wire into a layer of one input takes the place of the old one', () => {
    expect(wires(edit.connect(smallNet(), 'input', 'flatten'))).toEqual([
      'input>conv_1',
      'conv_1>pool_1',
      'flatten>output',
      'input>flatten',
    ])
  })

  test('a merge layer collects wires in the order they were drawn', () => {
    const doc = project([node('a', 'input'), node('b', 'dense'), node('sum', 'add')], ['a>b'])
    expect(wires(edit.connect(edit.connect(doc, 'b', 'sum'), 'a', 'sum'))).toEqual(['a>b', 'b>sum', 'a>sum'])
  })

  test('a wire moved to another card keeps its place among the inputs of a merge', () => {
    const doc = project([node('a', 'input'), node('b', 'dense'), node('c', 'dense'), node('sum', 'add')], ['a>b', 'a>c', 'b>sum', 'a>sum'])
    expect(wires(edit.reconnect(doc, 'w3', 'c', 'sum'))).toEqual(['a>b', 'a>c', 'c>sum', 'a>sum'])
    expect(wires(edit.reconnect(doc, 'w1', 'a', 'c'))).toEqual(wires(doc))
    expect(edit.reconnect(doc, 'w1', 'sum', 'b')).toBe(doc)
    expect(edit.reconnect(doc, 'nowhere', 'c', 'sum')).toBe(doc)
    expect(wires(edit.reconnect(smallNet(), 'w4', 'conv_1', 'output'))).toEqual([
      'input>conv_1',
      'conv_1>pool_1',
      'pool_1>flatten',
      'conv_1>output',
    ])
  })

  test.each([
    ['conv_1', 'conv_1'],
    ['output', 'conv_1'],
    ['conv_1', 'input'],
    ['conv_1', 'nothing'],
    ['conv_1', 'pool_1'],
  ])('%s to %s changes nothing', (from, to) => {
    const doc = smallNet()
    expect(edit.connect(doc, from, to)).toBe(doc)
  })
})

describe('taking away', () => {
  test('the gap closes where one source is left', () => {
    expect(wires(edit.removeNodes(smallNet(), ['pool_1']))).toEqual(['input>conv_1', 'conv_1>flatten', 'flatten>output'])
    expect(wires(edit.removeNodes(smallNet(), ['pool_1', 'conv_1']))).toEqual(['input>flatten', 'flatten>output'])
    expect(wires(edit.removeNodes(smallNet(), ['input']))).toEqual(['conv_1>pool_1', 'pool_1>flatten', 'flatten>output'])
  })

  test('a merge layer of two sources leaves its gap open', () => {
    const doc = project([node('a', 'input'), node('b', 'dense'), node('s', 'add'), node('o', 'dense')], ['a>b', 'a>s', 'b>s', 's>o'])
    expect(wires(edit.removeNodes(doc, ['s']))).toEqual(['a>b'])
    expect(wires(edit.removeNodes(doc, ['b']))).toEqual(['a>s', 's>o'])
  })

  test('wires alone, and everything', () => {
    expect(wires(edit.removeWires(smallNet(), ['w1', 'w2']))).toEqual(['pool_1>flatten', 'flatten>output'])
    const all = smallNet().graph.nodes.map(({ id }) => id)
    expect(edit.removeNodes(smallNet(), all).graph).toMatchObject({ nodes: [], wires: [] })
  })
})

describe('changing', () => {
  test('an edit that changes nothing gives the same document', () => {
    const doc = smallNet()
    expect(edit.setParams(doc, 'conv_1', { filters: 20, kernelSize: [5, 5] })).toBe(doc)
    expect(edit.setBypassed(doc, ['conv_1'], false)).toBe(doc)
    expect(edit.moveNodes(doc, new Map([['conv_1', { x: 0, y: 0 }]]))).toBe(doc)
    expect(edit.removeNodes(doc, ['nobody'])).toBe(doc)
    expect(edit.rename(doc, 'conv_1', 'conv_1')).toBe(doc)
  })

  test('names are kept short and never empty', () => {
    expect(at(edit.rename(smallNet(), 'conv_1', '  First eyes '), 'conv_1')?.name).toBe('First eyes')
    expect(at(edit.rename(smallNet(), 'conv_1', ' '), 'conv_1')?.name).toBe('conv_1')
    expect(at(edit.rename(smallNet(), 'conv_1', 'x'.repeat(999)), 'conv_1')?.name).toHaveLength(200)
    expect(edit.setName(smallNet(), '').name).toBe('test')
  })

  test('data, training, frames and notes', () => {
    let doc = edit.setTraining(edit.setData(smallNet(), { source: 'iris' }), { epochs: 3 })
    doc = edit.addFrame(doc, { id: 'frame_1', title: 'Eyes', position: { x: 0, y: 0 }, width: 10, height: 10 })
    doc = edit.editFrame(edit.addNote(doc, { id: 'note_1', text: 'why', position: { x: 0, y: 0 } }), 'frame_1', { title: 'Head' })
    expect(doc).toMatchObject({ data: { source: 'iris' }, training: { epochs: 3, batchSize: 64 }, graph: { frames: [{ title: 'Head' }] } })
    doc = edit.removeNotes(edit.removeFrames(edit.editNote(doc, 'note_1', { text: 'so' }), ['frame_1']), ['note_1'])
    expect(doc.graph).toMatchObject({ frames: [], notes: [] })
  })
})

describe('clipboard', () => {
  test('a duplicate has fresh ids, its inner wires and a place of its own', () => {
    const doc = smallNet()
    const copy = duplicateOf(doc, ['conv_1', 'pool_1'])
    expect(copy.nodes.map(n => [n.id, n.name, n.position.x])).toEqual([
      ['conv_2', 'conv_2', 32],
      ['max_pooling_1', 'max_pooling_1', 32],
    ])
    expect(wires(paste(doc, copy)).at(-1)).toBe('conv_2>max_pooling_1')
  })

  test('text travels between projects; foreign text is refused', () => {
    const text = fragmentText(copyFragment(smallNet(), ['conv_1']))
    const other = project([])
    const pasted = paste(other, freshFragment(other, unwrap(parseFragment(text)), { x: 7, y: 8 }))
    expect(pasted.graph.nodes).toMatchObject([{ id: 'conv_1', position: { x: 7, y: 8 }, params: { filters: 20 } }])
    expect(parseFragment('hello')).toMatchObject({ ok: false, issues: [{ code: 'file/not-json' }] })
    expect(paste(other, freshFragment(other, { nodes: [], wires: [] }, { x: 0, y: 0 }))).toBe(other)
  })
})

describe('may this wire be drawn?', () => {
  const why = (doc: ProjectFile, from: string, to: string) => {
    const answer = connectable(doc, from, to)
    return answer.ok ? answer.value.replaces.map(({ id }) => id) : answer.issues[0].message
  }
  test('a loop is refused and named', () =>
    expect(why(smallNet(), 'output', 'conv_1')).toBe(
      'This wire would close a loop: conv_1 → pool_1 → flatten → output → conv_1. Data must flow one way.',
    ))
  test('to itself, twice, into an Input', () => {
    expect(why(smallNet(), 'conv_1', 'conv_1')).toBe('"conv_1" cannot feed itself.')
    expect(why(smallNet(), 'conv_1', 'pool_1')).toBe('"conv_1" feeds "pool_1" already.')
    expect(why(smallNet(), 'conv_1', 'input')).toBe('"input" is where data enters and takes no wire.')
  })
  test('a shape that does not fit', () => {
    const doc = edit.addNode(smallNet(), node('conv_2', 'conv2d'))
    expect(why(doc, 'flatten', 'conv_2')).toBe(
      '"conv_2" cannot take this: this layer takes an image [height, width, channels], but 2880 arrives.',
    )
    expect(why(doc, 'pool_1', 'conv_2')).toEqual([])
  })
  test('the first wire into a merge layer is fine, a second of another shape is not', () => {
    const doc = edit.addNode(smallNet(), node('sum', 'add'))
    expect(why(doc, 'conv_1', 'sum')).toEqual([])
    expect(why(edit.connect(doc, 'conv_1', 'sum'), 'pool_1', 'sum')).toContain('but 24×24×20, 12×12×20 arrive')
  })
  test('a taken input names the wire that goes', () => expect(why(smallNet(), 'conv_1', 'flatten')).toEqual(['w3']))
  test('an image is offered convolutions, a row of values is not', () => {
    const types = (shape: readonly number[] | null) => layersAfter(shape).map(({ type }) => type)
    expect(types([28, 28, 1])).toEqual(expect.arrayContaining(['conv2d', 'flatten', 'dense', 'add']))
    expect(types([10])).not.toContain('conv2d')
    expect(types(null)).toContain('conv2d')
    expect(types(null)).not.toContain('input')
  })
})

describe('repairs', () => {
  const repair = (doc: ProjectFile): ProjectFile => {
    const fix = resolve(doc).issues[0]?.fixes?.[0]
    return fix ? applyFix(doc, fix) : doc
  }
  test('a Reshape is inserted before a convolution on a row of values', () => {
    const doc = edit.setParams(smallNet(), 'input', { shape: [784] })
    const fixed = repair(doc)
    expect(wires(fixed).slice(0, 2)).toEqual(['input>reshape_1', 'reshape_1>conv_1'])
    expect(resolve(fixed).issues).toEqual([])
  })
  test('padding "same" lets a large kernel fit', () => {
    const doc = edit.setParams(smallNet(), 'conv_1', { kernelSize: [30, 30] })
    expect(resolve(repair(doc)).issues).toEqual([])
  })
  test('a second Flatten, an unknown layer and a loop go away', () => {
    const twice = edit.insertOnWire(smallNet(), 'w4', node('flatten_2', 'flatten'))
    expect(resolve(repair(twice)).issues).toEqual([])
    const odd = edit.insertOnWire(smallNet(), 'w4', node('odd', 'quantumFold'))
    expect(resolve(repair(odd)).issues).toEqual([])
    const loop = project([node('input', 'input'), node('a', 'add'), node('b', 'dense')], ['input>a', 'a>b', 'b>a'])
    expect(resolve(repair(loop)).issues.map(({ code }) => code)).toEqual(['layer/too-few-inputs'])
  })
})

test('branches stand side by side, a chain stays in its column', () => {
  const doc = project([node('i', 'input'), node('a', 'dense'), node('b', 'dense'), node('s', 'add')], ['i>a', 'i>b', 'a>s', 'b>s'])
  const places = layoutOf(doc.graph)
  const [i, a, b, s] = ['i', 'a', 'b', 's'].map(id => places.get(id))
  expect([a?.x, b?.x, s?.x]).toEqual([i?.x, (i?.x ?? 0) + STEP.x, i?.x])
  expect([a?.y, s?.y]).toEqual([(i?.y ?? 0) + STEP.y, (i?.y ?? 0) + 2 * STEP.y])
})
