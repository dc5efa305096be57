import { describe, expect, it } from 'vitest'
import { readEdgeChanges, readNodeChanges } from './fromChanges.ts'

describe('what a gesture on the canvas means', () => {
  it('reads a click as a new selection', () => {
    const changes = [
      { type: 'select', id: 'a', selected: false },
      { type: 'select', id: 'b', selected: true },
    ] as const
    expect(readNodeChanges([...changes], ['a']).selected).toEqual(['b'])
  })

  it('says nothing about the selection when it stays as it was', () => {
    expect(readNodeChanges([{ type: 'select', id: 'a', selected: true }], ['a']).selected).toBeNull()
    expect(readEdgeChanges([], ['w'])).toBeNull()
  })

  it('shows cards on their way and edits the document only when they arrive', () => {
    const onTheWay = readNodeChanges([{ type: 'position', id: 'a', position: { x: 10.4, y: 20.6 }, dragging: true }], [])
    expect(onTheWay.moved).toBeNull()
    expect(onTheWay.dragging?.get('a')).toEqual({ x: 10, y: 21 })
    const arrived = readNodeChanges([{ type: 'position', id: 'a', position: { x: 10, y: 21 }, dragging: false }], [])
    expect(arrived.dragging).toBeNull()
    expect(arrived.moved?.get('a')).toEqual({ x: 10, y: 21 })
  })

  it('ignores sizes and removals, which are not the canvas’s to decide', () => {
    const read = readNodeChanges(
      [
        { type: 'dimensions', id: 'a', dimensions: { width: 1, height: 1 } },
        { type: 'remove', id: 'a' },
      ],
      ['a'],
    )
    expect(read).toEqual({ selected: null, dragging: null, moved: null })
  })
})
