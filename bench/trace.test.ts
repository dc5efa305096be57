import { describe, expect, it } from 'vitest'
import { costsOf, framesOf, type TraceEvent, threadsNamed } from './trace.ts'

const MAIN = { pid: 7, tid: 1 }
const OTHER = { pid: 8, tid: 1 }

/** A task of so many ms, at a time in ms; `ran` is what the thread itself ran of it. */
const task = (at: number, ms: number, ran = ms, thread = MAIN): TraceEvent => ({
  ...{ name: 'RunTask', ph: 'X', ts: 1000 * at, dur: 1000 * ms, tdur: 1000 * ran },
  ...thread,
})
const frame = (at: number, thread = MAIN): TraceEvent => ({ name: 'BeginMainThreadFrame', ph: 'I', ts: 1000 * at, ...thread })
const named = (name: string, thread: typeof MAIN): TraceEvent => ({ name: 'thread_name', ph: 'M', ts: 0, args: { name }, ...thread })

describe('the frames in a trace', () => {
  it('hold the work from one beginning to the next, the handlers between them included', () => {
    const figures = framesOf([frame(0), task(2, 3), task(10, 1), frame(16), task(17, 0.5), frame(32)], MAIN)
    expect(figures).toMatchObject({ frames: 2, p50: 0.5, p95: 4, max: 4, busyFrames: 1, busyP95: 4 })
    expect(figures.load).toBeCloseTo(4.5 / 32)
  })

  it('count a task for the frame that begins in it', () => {
    expect(framesOf([frame(0), task(15, 6), frame(16), frame(32)], MAIN)).toMatchObject({ p50: 0, max: 6 })
    const { max } = framesOf([task(0, 4), frame(1), frame(16)], MAIN)
    expect(max).toBe(4)
  })

  it('take the time that the thread ran, not what other programs made of it', () => {
    expect(framesOf([frame(0), task(1, 40, 2), frame(50)], MAIN).max).toBe(2)
  })

  it('leave other threads alone, and tasks before the first and after the last frame', () => {
    const events = [task(0, 9), frame(20), task(21, 1), task(22, 9, 9, OTHER), frame(36), task(40, 9), frame(90, OTHER)]
    expect(framesOf(events, MAIN)).toMatchObject({ frames: 1, max: 1 })
    expect(framesOf([], MAIN)).toMatchObject({ frames: 0, load: 0 })
  })

  it('do not depend on the order of the events', () => {
    const events = [frame(0), task(2, 3), frame(16), task(17, 1), frame(32)]
    expect(framesOf([...events].reverse(), MAIN)).toEqual(framesOf(events, MAIN))
  })
})

describe('the threads in a trace', () => {
  const events = [
    named('CrRendererMain', OTHER),
    named('CrRendererMain', MAIN),
    named('Compositor', MAIN),
    task(0, 1, 1, OTHER),
    task(0, 5),
  ]

  it('are found by name, the busiest first', () => {
    expect(threadsNamed(events, 'CrRendererMain').map(t => t.pid)).toEqual([7, 8])
    expect(threadsNamed(events, 'DedicatedWorker thread')).toEqual([])
  })

  it('are told what they ran and what for, nested calls once', () => {
    const nested = (name: string, at: number, ms: number): TraceEvent => ({ ...task(at, ms), name })
    const all = [
      ...events,
      nested('Layout', 1, 2),
      nested('FunctionCall', 0, 4),
      nested('FunctionCall', 1, 2),
      nested('FunctionCall', 4, 0.5),
    ]
    expect(costsOf(all, MAIN)).toEqual([
      ['RunTask', 5],
      ['FunctionCall', 4.5],
      ['Layout', 2],
    ])
  })
})
