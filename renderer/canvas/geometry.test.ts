import { describe, expect, it } from 'vitest'
import { foldedCards, lineUp, neighbour, overlaps, wireUnder } from './geometry.ts'

const places = new Map([
  ['a', { x: 0, y: 0 }],
  ['b', { x: 0, y: 146 }],
  ['c', { x: 400, y: 146 }],
])
const wires = [
  { id: 'ab', from: 'a', to: 'b' },
  { id: 'ac', from: 'a', to: 'c' },
]

describe('finding the wire under a card', () => {
  it('takes the wire that runs under its middle', () => {
    expect(wireUnder({ x: 0, y: 70 }, places, wires, 'down')).toBe('ab')
    expect(wireUnder({ x: 200, y: 73 }, places, wires, 'down')).toBe('ac')
  })

  it('finds none beside the wires, and never a wire of the card itself', () => {
    expect(wireUnder({ x: -300, y: 70 }, places, wires, 'down')).toBeNull()
    expect(wireUnder({ x: 0, y: 70 }, places, wires, 'down', 'b')).toBe('ac')
    expect(wireUnder({ x: 0, y: 70 }, places, wires, 'down', 'a')).toBeNull()
  })

  it('follows wires that run to the right', () => {
    const row = new Map([
      ['a', { x: 0, y: 0 }],
      ['b', { x: 560, y: 0 }],
    ])
    expect(wireUnder({ x: 280, y: 10 }, row, [{ id: 'ab', from: 'a', to: 'b' }], 'right')).toBe('ab')
  })
})

describe('dragging a card', () => {
  it('lines up with a card it is wired to when it is nearly in line, and with no other', () => {
    expect(lineUp('b', { x: 5, y: 200 }, places, wires, 'down')).toEqual({ x: 0, y: 200 })
    expect(lineUp('b', { x: 30, y: 200 }, places, wires, 'down')).toEqual({ x: 30, y: 200 })
    expect(lineUp('b', { x: 398, y: 300 }, places, wires, 'down')).toEqual({ x: 398, y: 300 })
    expect(lineUp('b', { x: 300, y: 4 }, places, wires, 'right')).toEqual({ x: 300, y: 0 })
  })
})

describe('room on the canvas', () => {
  it('puts the next card where it touches none', () => {
    for (const direction of ['down', 'right'] as const)
      expect(overlaps({ x: 0, y: 0 }, neighbour({ x: 0, y: 0 }, 'after', direction))).toBe(false)
  })

  it('folds a strip only when a card stands where it would run', () => {
    const at = (x: number, y: number) =>
      foldedCards(
        new Map([
          ['one', { x: 0, y: 0 }],
          ['other', { x, y }],
        ]),
      )
    expect([...at(270, 20)]).toEqual(['one'])
    expect([...at(-270, -20)]).toEqual(['other'])
    expect([...at(270, 60)]).toEqual([])
    expect([...at(0, 73)]).toEqual([])
    expect([...at(900, 0)]).toEqual([])
  })
})
