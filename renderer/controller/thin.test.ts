import { describe, expect, it } from 'vitest'
import type { TrainEvent } from '../../shared/engine/protocol.ts'
import { MOST_POINTS, thinHistory, thinSeries } from './thin.ts'

describe('a very long run', () => {
  it('keeps its lines to a length that can be drawn, with their means and their last point', () => {
    const line = { step: [] as number[], value: [] as number[] }
    for (let step = 1; step <= 5 * MOST_POINTS; step++) {
      line.step.push(step)
      line.value.push(step)
      thinSeries(line)
      expect(line.step.length).toBeLessThanOrEqual(MOST_POINTS)
    }
    expect(line.step.at(-1)).toBe(5 * MOST_POINTS)
    expect(line.value).toHaveLength(line.step.length)
    for (const [i, step] of line.step.entries()) expect(Math.abs((line.value[i] ?? 0) - step)).toBeLessThan(20)
  })

  it('forgets batches, never epochs or changes', () => {
    const history: TrainEvent[] = []
    for (let step = 1; step <= 3 * MOST_POINTS; step++) {
      history.push({ type: 'batch', step, epoch: 1, batch: 1, loss: 1, accuracy: 1, imagesPerSecond: 1, secondsLeft: 1 })
      if (step % 1000 === 0) history.push({ type: 'changed', step, what: 'learningRate', from: 1, to: 2 })
      thinHistory(history)
    }
    expect(history.length).toBeLessThanOrEqual(MOST_POINTS + 1030)
    expect(history.filter(e => e.type === 'changed')).toHaveLength(30)
    expect(history.at(-2)).toMatchObject({ type: 'batch', step: 3 * MOST_POINTS })
  })

  it('takes a hundred thousand epochs, each with its batch', () => {
    const history: TrainEvent[] = []
    const score = { loss: 1, accuracy: 1 }
    for (let epoch = 1; epoch <= 150_000; epoch++) {
      history.push({ type: 'batch', step: epoch, epoch, batch: 1, loss: 1, accuracy: 1, imagesPerSecond: 1, secondsLeft: 1 })
      thinHistory(history)
      history.push({ type: 'epoch', epoch, step: epoch, train: score, validation: null, seconds: 1 })
      thinHistory(history)
    }
    expect(history.filter(e => e.type === 'epoch')).toHaveLength(150_000)
    expect(history.filter(e => e.type === 'batch').length).toBeLessThanOrEqual(MOST_POINTS + 1000)
  })
})
