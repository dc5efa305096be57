import { describe, expect, it } from 'vitest'
import { layers } from '../../shared/layers/registry.ts'
import { search, sections } from './search.ts'

const titles = (query: string) => search(layers, query).map(d => d.title)

describe('searching the palette', () => {
  it('finds a layer by the beginning of its name first', () => {
    expect(titles('conv')[0]).toBe('Conv2D')
    expect(titles('max')[0]).toBe('MaxPooling2D')
  })

  it('finds a layer by its letters in order', () => {
    expect(titles('mp2d')).toContain('MaxPooling2D')
  })

  it('finds layers by what they do', () => {
    expect(titles('kernels')).toContain('Conv2D')
    expect(titles('pooling').length).toBeGreaterThan(1)
  })

  it('finds nothing for nonsense, and everything for nothing', () => {
    expect(titles('zzzz')).toEqual([])
    expect(titles('')).toHaveLength(layers.length)
  })

  it('shows every layer in exactly one section', () => {
    expect(
      sections(layers)
        .flatMap(s => [...s.layers, ...s.more])
        .map(d => d.type)
        .sort(),
    ).toEqual(layers.map(d => d.type).sort())
  })
})
