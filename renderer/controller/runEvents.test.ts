import { beforeEach, describe, expect, it } from 'vitest'
import type { TrainEvent } from '../../shared/engine/protocol.ts'
import { runStore } from '../store/runStore.ts'
import { route } from './engine.ts'
import { rateText, replayed } from './runEvents.ts'

const started: TrainEvent = {
  type: 'started',
  backend: { backend: 'wasm', adapter: '', threads: 2, reason: 'It is there.', fellBack: false },
  samples: { train: 128, validation: 16, test: 16 },
  batches: 2,
  epochs: 3,
  dataHash: 'ab',
  parameters: 10,
}
const batch = (step: number, loss: number): TrainEvent => ({
  type: 'batch',
  step,
  epoch: Math.ceil(step / 2),
  batch: ((step - 1) % 2) + 1,
  loss,
  accuracy: 0.5,
  imagesPerSecond: 100,
  secondsLeft: 2,
})
const epoch = (n: number): TrainEvent => ({
  type: 'epoch',
  epoch: n,
  step: n * 2,
  train: { loss: 1, accuracy: 0.5 },
  validation: { loss: 0.9, accuracy: 0.6 },
  seconds: 1,
})
const send = (...events: readonly TrainEvent[]): void => {
  route({ kind: 'train', run: 7, events })
}
const state = () => runStore.getState()

beforeEach(() => runStore.setState({ ...runStore.getInitialState(), run: 7, status: 'starting' }, true))

describe('a run as the window follows it', () => {
  it('grows both lines and ends idle and trained', () => {
    send(started, batch(1, 2), batch(2, 1), epoch(1))
    expect(state()).toMatchObject({ status: 'running', epoch: 1, step: 2, loss: 1, trained: true, batches: 2, epochs: 3 })
    expect(state().curves.trainLoss).toEqual({ step: [1, 2], value: [2, 1] })
    expect(state().curves.validationAccuracy).toEqual({ step: [2], value: [0.6] })
    send({ type: 'done', step: 2, epochs: 3, seconds: 1, train: { loss: 0.4, accuracy: 0.9 }, validation: null, imagesPerSecond: 100 })
    expect(state()).toMatchObject({ status: 'idle', loss: 0.4, secondsLeft: 0 })
  })

  it('marks where fine-tuning begins, and keeps what was measured of the head', () => {
    const backend = { backend: 'wasm', adapter: '', threads: 2, reason: 'It is there.', fellBack: false } as const
    const phase = { type: 'phase', epochs: 1, trainable: 5, backend, note: null } as const
    const features = { layers: 2, node: 'pool', bytes: 100, seconds: 0.1, uncached: 16 }
    send(started, { type: 'features', step: 0, phase: 'head', layers: 2, done: 0.5 })
    expect(state()).toMatchObject({ status: 'running', featuresDone: 0.5, phase: 'head' })
    send({ ...phase, step: 0, phase: 'head', learningRate: 0.01, features }, { ...epoch(1), phase: 'head' } as TrainEvent)
    expect(state()).toMatchObject({ featuresDone: null, speedup: 8 })
    send({ ...phase, step: 2, phase: 'fineTune', learningRate: 0.001, features: null }, { ...epoch(2), phase: 'fineTune' } as TrainEvent)
    expect(state()).toMatchObject({ phase: 'fineTune', speedup: 8, features })
    expect(state().curves.marks).toEqual([{ step: 2, text: 'fine-tuning, rate 1e-3' }])
    send(started)
    expect(state()).toMatchObject({ phase: null, features: null, speedup: null })
  })

  it('marks a change of the learning rate where it happened', () => {
    send(started, batch(1, 2), { type: 'changed', step: 1, what: 'learningRate', from: 0.001, to: 0.0003 })
    expect(state().curves.marks).toEqual([{ step: 1, text: 'rate 1e-3 → 3e-4' }])
  })

  it('drops what an older run still sends', () => {
    send(started)
    route({ kind: 'train', run: 6, events: [batch(9, 99)] })
    expect(state().curves.trainLoss.step).toEqual([])
  })

  it('pauses, goes on, and remembers why it failed', () => {
    send(started, { type: 'paused', step: 1 })
    expect(state().status).toBe('paused')
    send({ type: 'resumed', step: 1 })
    expect(state().status).toBe('running')
    const issue = { code: 'train/nan', message: 'The loss is not a number.', severity: 'error' } as const
    send({ type: 'failed', step: 2, issue })
    expect(state()).toMatchObject({ status: 'idle', issue })
  })

  it('stays at stopping when a pause or going on arrives late', () => {
    send(started)
    runStore.setState({ status: 'stopping' })
    send({ type: 'paused', step: 3 })
    expect(state().status).toBe('stopping')
    send({ type: 'resumed', step: 3 })
    expect(state().status).toBe('stopping')
    send({ type: 'stopped', step: 3 })
    expect(state().status).toBe('idle')
  })

  it('leaves holes for accuracy that is not a number, as in regression', () => {
    send(started, { ...batch(1, 2), accuracy: Number.NaN } as TrainEvent)
    expect(state().curves.trainAccuracy.step).toEqual([])
  })

  it('draws a saved run again from its events', () => {
    send(started, batch(1, 2), epoch(1))
    const { history } = state()
    const again = replayed([...history])
    expect(again.curves?.trainLoss).toEqual({ step: [1], value: [2] })
    expect(again).toMatchObject({ batches: 2, epochs: 3 })
    expect(again).not.toHaveProperty('backend')
  })

  it('writes learning rates as people do', () => {
    expect([0.001, 0.00025, 0.05, 1].map(rateText)).toEqual(['1e-3', '2.5e-4', '0.05', '1'])
  })
})
