import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Axis, fewAxes, MOST_AXES, moved } from './plan.ts'

/** Places of the input that are taken, in the order of the output. */
const places = (axes: readonly Axis[]): readonly number[] =>
  axes.reduce<readonly number[]>((starts, [length, step]) => starts.flatMap(at => Array.from({ length }, (_, i) => at + i * step)), [0])

const axes = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 6 })), { maxLength: 6 })

describe('Axes of a move', () => {
  it('take the same places when there are as few as can be', () => {
    fc.assert(
      fc.property(axes, given => {
        const few = fewAxes(given)
        if (few) expect(places(few)).toEqual(places(given))
        else expect(given.length).toBeGreaterThan(MOST_AXES)
      }),
    )
  })

  it('vanish where every value stays in its place', () => {
    const whole: readonly Axis[] = [
      [4, 15],
      [5, 3],
      [3, 1],
    ]
    expect(moved([4, 5, 3], whole)).toEqual([{ op: 'reshape' }])
    expect(moved([5, 5, 3], whole)).toEqual([{ op: 'move', start: 0, axes: [[60, 1]] }])
    expect(moved([4, 5, 3], whole.slice(1), 15)).toEqual([{ op: 'move', start: 15, axes: [[15, 1]] }])
  })

  it('are refused where there are too many', () => {
    const many = Array.from({ length: 6 }, (_, i): Axis => [2, 10 ** i])
    expect(moved([1e6], many)).toBeNull()
  })
})
