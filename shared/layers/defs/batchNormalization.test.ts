import { expect, test } from 'vitest'
import { parseParams } from '../params.ts'
import { batchNormalization } from './batchNormalization.ts'

test('four values per channel, of which two are learned', () => {
  const { values } = parseParams(batchNormalization.params, {})
  const [parameters] = batchNormalization.formula([12, 12, 32], [12, 12, 32], values)
  expect(parameters).toMatchObject({
    expression: '4·32',
    result: '128',
    legend: 'per channel: gamma, beta, mean, variance; 64 are learned',
  })
})
