import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineMessage, TrainEvent } from './protocol.ts'
import { Telling } from './telling.ts'

const batch = (step: number): TrainEvent => ({
  ...{ type: 'batch', step, epoch: 1, batch: 1, loss: 1, accuracy: 1, imagesPerSecond: 1, secondsLeft: 1 },
})
const weights = (value: number) => [{ name: 'out/bias', shape: [1], values: Float32Array.of(value) }]

describe('telling of a training', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const open = () => {
    const said: EngineMessage[] = []
    const telling = new Telling(3, message => said.push(message))
    const steps = () => said.flatMap(m => (m.kind === 'train' ? [m.events.map(e => ('step' in e ? e.step : 0))] : []))
    return { telling, said, steps }
  }

  it('says at once what happens now and then', () => {
    const { telling, steps } = open()
    for (let step = 1; step <= 12; step++) {
      telling.tell(batch(step))
      if (step % 4 === 0) vi.advanceTimersByTime(16)
    }
    expect(steps()).toEqual(Array.from({ length: 12 }, (_, i) => [i + 1]))
  })

  it('says together what happens more often than the window draws, and loses nothing', () => {
    const { telling, steps } = open()
    for (let step = 1; step <= 1000; step++) {
      telling.tell(batch(step))
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(16)
    expect(steps().flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
    expect(steps().length).toBeLessThan(350)
  })

  it('says at once what happens seldom, after what waits', () => {
    const { telling, steps } = open()
    for (let step = 1; step <= 6; step++) telling.tell(batch(step))
    telling.tell({ type: 'paused', step: 6 })
    expect(steps()).toEqual([[1], [2], [3], [4], [5, 6, 6]])
    vi.advanceTimersByTime(100)
    expect(steps()).toHaveLength(5)
  })

  it('sends copies of the newest weights, before what it tells of them', () => {
    const { telling, said } = open()
    for (let epoch = 1; epoch <= 6; epoch++) {
      telling.keep(epoch, weights(epoch))
      telling.tell(batch(epoch))
    }
    const last = weights(7)
    telling.keep(7, last)
    telling.tell({ type: 'stopped', step: 7 })
    const told = said.map(m => (m.kind === 'weights' ? m.epoch : m.kind))
    expect(told).toEqual([1, 'train', 2, 'train', 3, 'train', 4, 'train', 7, 'train'])
    const sent = said.findLast(m => m.kind === 'weights')?.weights[0]?.values
    expect(sent).toEqual(last[0]?.values)
    expect(sent).not.toBe(last[0]?.values)
  })
})
