import { expect, it } from 'vitest'
import { duration } from './format.ts'

it('tells durations in whole minutes and seconds, none of them sixty', () => {
  expect([3.44, 9.97, 59.4, 59.6, 130, 179.7, 3599.6, 3900, 7199].map(duration)).toEqual([
    '3.4 s',
    '10 s',
    '59 s',
    '1 min 0 s',
    '2 min 10 s',
    '3 min 0 s',
    '1 h 0 min',
    '1 h 5 min',
    '2 h 0 min',
  ])
})
