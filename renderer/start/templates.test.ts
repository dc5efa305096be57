import { describe, expect, it } from 'vitest'
import { templates } from '../../templates/templates.ts'
import { ordered, portrait } from './templates.ts'

describe('the start page', () => {
  it('offers LeNet first and every template once', () => {
    const shown = ordered(templates).map(t => t.id)
    expect(shown[0]).toBe('lenet')
    expect([...shown].sort()).toEqual(templates.map(t => t.id).sort())
  })

  it('draws LeNet as its eight layers with 233,196 parameters', () => {
    const lenet = templates.find(t => t.id === 'lenet')
    if (!lenet) throw new Error('there is no LeNet template')
    const { layers, totals } = portrait(lenet)
    expect(totals.parameters).toBe(233_196)
    expect(layers.map(l => l.shape.join('×'))).toEqual(['28×28×1', '24×24×20', '12×12×20', '8×8×50', '4×4×50', '800', '256', '10'])
  })
})
