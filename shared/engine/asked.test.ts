import { describe, expect, it } from 'vitest'
import { Asked } from './asked.ts'

const settled = () => new Promise(resolve => setTimeout(resolve, 0))

describe('what was asked of a device', () => {
  it('is taken in order, once it has been answered', async () => {
    const asked = new Asked<number>()
    let answer = (): void => undefined
    const late = new Promise<void>(resolve => {
      answer = resolve
    })
    asked.add(1, late, () => 1)
    asked.add(2, Promise.resolve(), () => 2)
    await settled()
    expect(asked.next(2, 10)).toBeUndefined()
    answer()
    await settled()
    expect([asked.next(2, 10)?.(), asked.next(2, 10)?.(), asked.next(2, 10)]).toEqual([1, 2, undefined])
  })

  it('is taken unanswered when so many steps have been taken since, or when none may be', () => {
    const asked = new Asked<number>()
    asked.add(1, new Promise(() => undefined), () => 1)
    expect(asked.next(4, 4)).toBeUndefined()
    expect(asked.next(5, 4)?.()).toBe(1)
    asked.add(5, new Promise(() => undefined), () => 5)
    expect(asked.next(5, 0)?.()).toBe(5)
  })

  it('leaves no rejection unhandled when an answer is not taken', async () => {
    const asked = new Asked<number>()
    asked.add(1, Promise.reject(new Error('lost')), () => 1)
    await settled()
    expect(asked.next(1, 5)?.()).toBe(1)
  })
})
