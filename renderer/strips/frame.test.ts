import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dropFrame, onNextFrame } from './frame.ts'

let frames: (() => void)[] = []
let now = 0
const nextFrame = (): void => {
  const [first] = frames.splice(0, 1)
  first?.()
}

beforeEach(() => {
  frames = []
  now = 0
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback))
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('paint jobs', () => {
  it('share one frame, and each runs once however often it is asked for', () => {
    const done: string[] = []
    const jobs = ['a', 'b'].map(name => () => void done.push(name))
    for (const job of [...jobs, ...jobs]) onNextFrame(job)
    expect(frames).toHaveLength(1)
    nextFrame()
    expect([done, frames.length]).toEqual([['a', 'b'], 0])
  })

  it('leave the rest to the next frame when this one has had enough', () => {
    const done: string[] = []
    for (const name of ['a', 'b', 'c'])
      onNextFrame(() => {
        done.push(name)
        now += 4
      })
    nextFrame()
    expect(done).toEqual(['a', 'b'])
    nextFrame()
    expect([done, frames.length]).toEqual([['a', 'b', 'c'], 0])
  })

  it('may ask again while they run, and be taken back', () => {
    let runs = 0
    const again = (): void => {
      runs += 1
      if (runs === 1) onNextFrame(again)
    }
    onNextFrame(again)
    nextFrame()
    expect([runs, frames.length]).toEqual([1, 1])
    dropFrame(again)
    nextFrame()
    expect([runs, frames.length]).toEqual([1, 0])
  })
})
