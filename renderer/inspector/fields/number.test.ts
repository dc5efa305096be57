import { describe, expect, it } from 'vitest'
import { p } from '../../../shared/layers/params.ts'
import { stepped } from './stepped.ts'

describe('stepping a number', () => {
  const filters = p.int({ label: 'Filters', help: '', default: 32 })
  const rate = p.float({ label: 'Rate', help: '', default: 0.5, min: 0, max: 0.99, step: 0.05 })

  it('goes by whole numbers and stops at the limits', () => {
    expect(stepped(filters, 32, 1)).toBe(33)
    expect(stepped(filters, 32, -10)).toBe(22)
    expect(stepped(filters, 2, -10)).toBe(1)
  })

  it('goes by the step of the parameter without dust', () => {
    expect(stepped(rate, 0.1, 4)).toBe(0.3)
    expect(stepped(rate, 0.95, 1)).toBe(0.99)
    expect(stepped(rate, 0, -1)).toBe(0)
  })
})
