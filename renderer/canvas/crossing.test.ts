import { describe, expect, it } from 'vitest'
import { wiresAcross } from './crossing.ts'

const places = new Map([
  ['a', { x: 0, y: 0 }],
  ['b', { x: 0, y: 100 }],
  ['c', { x: 400, y: 100 }],
])
const wires = [
  { id: 'ab', from: 'a', to: 'b' },
  { id: 'ac', from: 'a', to: 'c' },
  { id: 'lost', from: 'a', to: 'gone' },
]

describe('a line across wires', () => {
  it('finds those it crosses, curved or straight, and no others', () => {
    const across = (x1: number, y1: number, x2: number, y2: number) =>
      wiresAcross({ x: x1, y: y1 }, { x: x2, y: y2 }, places, wires, 'down')
    expect(across(0, 76, 230, 76)).toEqual(['ab'])
    expect(across(0, 76, 600, 76)).toEqual(['ab', 'ac'])
    expect(across(300, 52, 300, 100)).toEqual(['ac'])
    expect(across(-200, 76, 0, 76)).toEqual([])
    expect(across(111, 76, 111, 76)).toEqual([])
  })

  it('follows the direction in which the network flows', () => {
    const row = new Map([
      ['a', { x: 0, y: 0 }],
      ['b', { x: 300, y: 0 }],
    ])
    expect(wiresAcross({ x: 260, y: -50 }, { x: 260, y: 100 }, row, wires, 'right')).toEqual(['ab'])
  })
})
