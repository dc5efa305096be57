import { describe, expect, it } from 'vitest'
import { bar, duration, progressOn } from './progress.ts'

const terminal = (isTTY: boolean) => {
  const written: string[] = []
  return { written, stream: { isTTY, columns: 60, write: (text: string) => written.push(text) } }
}

describe('the progress bar', () => {
  it('shows how far, what and how long', () => {
    expect(bar(0.5, 'epoch 1/2', 127, 80)).toBe('████████████░░░░░░░░░░░░  50 % epoch 1/2 · 2 min 07 s left')
    expect(bar(2, 'x', undefined, 80)).toContain('100 % x')
    expect(bar(0.1, 'a very long description', 9, 40)).toHaveLength(39)
  })

  it('is drawn over itself on a terminal, not more often than the eye can follow', () => {
    const { written, stream } = terminal(true)
    let time = 0
    const progress = progressOn(stream, () => time)
    for (; time < 200; time += 10) progress.show(time / 1000, 'reading')
    progress.clear()
    progress.clear()
    expect(written).toHaveLength(4)
    expect(written.every(text => text.startsWith('\r'))).toBe(true)
  })

  it('keeps silent where lines are collected', () => {
    const { written, stream } = terminal(false)
    const progress = progressOn(stream)
    progress.show(1, 'done')
    progress.clear()
    expect(written).toEqual([])
  })
})

it('tells durations as people do', () => {
  expect([0.4, 9, 127, 3900].map(duration)).toEqual(['0 s', '9 s', '2 min 07 s', '1 h 05 min'])
})
