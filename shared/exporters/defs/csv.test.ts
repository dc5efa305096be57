import { describe, expect, it } from 'vitest'
import { libraries } from '../../../node/libraries.ts'
import { resolve } from '../../graph/resolve.ts'
import { branched } from '../exporters.testkit.ts'
import { csv, csvText } from './csv.ts'

const write = (history: readonly unknown[], rows: 'epoch' | 'batch') =>
  csv.run({ project: branched(), resolved: resolve(branched()), history, libraries }, { rows })

const told = async (history: readonly unknown[], rows: 'epoch' | 'batch'): Promise<string> => {
  const result = await write(history, rows)
  return result.ok ? new TextDecoder().decode(result.value.files[0]?.bytes) : result.issues[0].message
}

const epoch = (n: number, step: number, loss: number, validation: object | null) => ({
  type: 'epoch',
  epoch: n,
  step,
  seconds: 1.5,
  train: { loss, accuracy: Number.NaN },
  validation,
})

describe('the history as CSV', () => {
  it('has one row per epoch, with a rate set by hand in the row that follows it, and runs counted', async () => {
    const history = [
      { type: 'started' },
      epoch(1, 10, 0.5, { loss: 0.6, accuracy: 0.8 }),
      { type: 'changed', step: 12, what: 'learningRate', from: 0.01, to: 0.001 },
      epoch(2, 20, Number.POSITIVE_INFINITY, null),
      epoch(1, 10, 0.25, null),
    ]
    expect(await told(history, 'epoch')).toBe(
      'run,phase,epoch,step,loss,accuracy,mae,val_loss,val_accuracy,val_mae,seconds,learning_rate_set\r\n' +
        '1,,1,10,0.5,,,0.6,0.8,,1.5,\r\n' +
        '1,,2,20,inf,,,,,,1.5,0.001\r\n' +
        '2,,1,10,0.25,,,,,,1.5,\r\n',
    )
  })

  it('has the error of predicted values and the phase', async () => {
    const score = (mae: number) => ({ loss: 1, accuracy: Number.NaN, mae })
    const tuned = { ...epoch(3, 30, 1, score(0.75)), train: score(0.5), phase: 'fineTune' }
    expect((await told([tuned], 'epoch')).split('\r\n')[1]).toBe('1,fine-tuning,3,30,1,,0.5,1,,0.75,1.5,')
  })

  it('has one row per reported batch where they were kept', async () => {
    const batch = { type: 'batch', step: 5, epoch: 1, batch: 5, loss: 2.25, accuracy: 0.5, imagesPerSecond: 1000, secondsLeft: 1 }
    expect(await told([batch], 'batch')).toBe(
      'run,phase,epoch,batch,step,loss,accuracy,mae,images_per_second,learning_rate_set\r\n1,,1,5,5,2.25,0.5,,1000,\r\n',
    )
    expect(await told([epoch(1, 10, 0.5, null)], 'batch')).toMatch(/keeps the epochs of its training only/)
  })

  it('is refused in one sentence for a network that was never trained, whatever lies in its history', async () => {
    expect(await told([], 'epoch')).toMatch(/^There is no history to write: .* not been trained/)
    expect(await told([null, 7, 'x', { kind: 'other' }, { type: 'started' }], 'epoch')).toMatch(/^There is no history/)
  })

  it('quotes as RFC 4180 says', () => {
    expect(csvText(['a,b'], [{ 'a,b': 'say "no"\r\nor yes' }])).toBe('"a,b"\r\n"say ""no""\r\nor yes"\r\n')
  })
})
