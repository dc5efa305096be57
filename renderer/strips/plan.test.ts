import { describe, expect, it } from 'vitest'
import { hitStrip, planStrip, type StripPlan } from './plan.ts'

const planned = (...args: Parameters<typeof planStrip>): StripPlan => {
  const plan = planStrip(...args)
  if (!plan) throw new Error('no plan')
  return plan
}

describe('what a film strip shows', () => {
  it('shows eleven of twenty maps and says how many are left', () => {
    expect(planned([24, 24, 20], 'inner', 16, false)).toMatchObject({ kind: 'tiles', tiles: 11, more: 9, size: 40, width: 470 })
  })

  it('shows eight smaller tiles when folded under its card', () => {
    expect(planned([24, 24, 20], 'inner', 16, true)).toMatchObject({ kind: 'tiles', tiles: 8, more: 12, size: 24 })
    expect(planned([24, 24, 20], 'inner', 16, true).width).toBeLessThanOrEqual(222)
  })

  it('shows the input as the picture it is', () => {
    expect(planned([28, 28, 1], 'input', 1, false)).toMatchObject({ kind: 'image', rgb: false })
    expect(planned([32, 32, 3], 'input', 3, false)).toMatchObject({ kind: 'image', rgb: true })
  })

  it('shows a vector as a barcode of two rows no wider than its place, and ten outputs as bars', () => {
    const flatten = planned([800], 'inner', 800, false)
    expect(flatten).toMatchObject({ kind: 'barcode', lines: 2 })
    expect(flatten.width).toBeLessThanOrEqual(430)
    expect(planned([10], 'output', 10, false)).toMatchObject({ kind: 'bars', count: 10, width: 430 })
    expect(planned([1000], 'output', 1000, false).kind).toBe('barcode')
  })

  it('has nothing to show for shapes without a picture', () => {
    expect(planStrip([], 'inner', 1, false)).toBeNull()
    expect(planStrip([2, 2, 2, 2], 'inner', 1, false)).toBeNull()
  })

  it('knows the tile under the pointer, and the gap between two', () => {
    const plan = planned([24, 24, 20], 'inner', 16, false)
    expect(hitStrip(plan, 0, 5, 0)).toBe(0)
    expect(hitStrip(plan, 43 * 2 + 1, 5, 0)).toBe(2)
    expect(hitStrip(plan, 41, 5, 0)).toBeNull()
    expect(hitStrip(plan, 5, 99, 0)).toBeNull()
  })

  it('knows the unit under the pointer in both rows of a barcode', () => {
    const plan = planned([100], 'inner', 100, false)
    expect(hitStrip(plan, 1, 1, 100)).toBe(0)
    expect(hitStrip(plan, 1, plan.height - 1, 100)).toBe(50)
  })
})
