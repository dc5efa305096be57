import { describe, expect, it } from 'vitest'
import { curveOf, frameOf, linesOf, type PlacedStrip, spotOf } from './pathEnds.ts'
import { planStrip, type Role } from './plan.ts'

const strip = (shape: number[], y: number, role: Role = 'inner', folded = false): PlacedStrip => {
  const plan = planStrip(shape, role, 16, folded)
  if (!plan) throw new Error('no picture')
  return { plan, card: { x: 40, y }, folded, channels: shape.at(-1) ?? 1 }
}

describe('where a path meets a strip', () => {
  it('is the middle of the tile, and beside the last one for channels that have none', () => {
    const maps = strip([24, 24, 20], 100)
    expect(spotOf(maps, 0)).toEqual({ x: 40 + 244 + 20, top: 106, bottom: 146 })
    expect(spotOf(maps, 2).x - spotOf(maps, 1).x).toBe(43)
    const right = 40 + 244 + maps.plan.width
    expect(spotOf(maps, 12).x).toBeGreaterThan(right)
    expect(spotOf(maps, 19)).toEqual(spotOf(maps, 12))
    expect(frameOf(maps, 1)).toContain('Z')
    expect(frameOf(maps, 12)).toBeNull()
  })

  it('is the place of the unit in a barcode of two rows', () => {
    const code = strip([256], 0)
    const columns = code.plan.kind === 'barcode' ? code.plan.columns : 0
    // More units than cells: neighbours share one; the second row begins left again.
    expect(spotOf(code, 255).x).toBeCloseTo(40 + 244 + code.plan.width * (1 - 0.5 / columns))
    expect(spotOf(code, 127).x).toBeGreaterThan(spotOf(code, 130).x)
  })

  it('is the top of a bar, as high as it stands, and the middle of the input', () => {
    const bars = { ...strip([10], 0, 'output'), bar: (c: number) => (c === 3 ? 1 : 0) }
    expect(spotOf(bars, 3)).toMatchObject({ x: 40 + 244 + 3.5 * 43, top: 3 })
    expect(spotOf(bars, 4).top).toBe(31)
    expect(spotOf(strip([28, 28, 1], 0, 'input'), 0).x).toBe(40 + 244 + 23)
  })

  it('lies under the card where the strip is folded', () => {
    const spot = spotOf(strip([8, 8, 4], 0, 'inner', true), 0)
    expect(spot).toEqual({ x: 52, top: 57, bottom: 81 })
  })
})

describe('the curves', () => {
  const [above, below] = [strip([24, 24, 20], 0), strip([12, 12, 20], 73)]

  it('run from below one tile to above the next, or under both where they stand side by side', () => {
    expect(curveOf(spotOf(above, 0), spotOf(below, 2))).toMatch(/^M304 47\.5C304 .* 390 77\.5$/)
    const beside = curveOf(spotOf(above, 0), spotOf({ ...above, card: { x: 900, y: 0 } }, 0))
    expect(beside).toMatch(/^M304 47\.5C.* 1164 47\.5$/)
  })

  it('are one where they would lie on each other, with what they give together; the strongest lies on top', () => {
    const link = (from: number, to: number, share: number) => ({
      from: { node: 'a', channel: from },
      to: { node: 'b', channel: to },
      share,
    })
    const paths = [link(0, 0, 0.5), link(1, 1, -0.25), link(12, 13, 0.3), link(15, 19, -0.35), link(2, 2, 0.1)]
    const lines = linesOf(paths, id => (id === 'a' ? above : id === 'b' ? below : null))
    expect(lines.map(l => [l.isPositive, Number(l.strength.toFixed(2))])).toEqual([
      [false, 0.1],
      [true, 0.2],
      [false, 0.5],
      [true, 1],
    ])
  })

  it('end nowhere when a strip is not on the canvas', () => {
    expect(
      linesOf([{ from: { node: 'a', channel: 0 }, to: { node: 'gone', channel: 0 }, share: 1 }], id => (id === 'a' ? above : null)),
    ).toEqual([])
  })
})
