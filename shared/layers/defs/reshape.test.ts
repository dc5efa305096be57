import { expect, test } from 'vitest'
import { reshape } from './reshape.ts'

test('the open dimension takes what is left', () => {
  expect(reshape.shape([784], { targetShape: [28, -1, 1] })).toEqual({ ok: true, value: [28, 28, 1] })
})

test('a shape of another size is refused with both sizes', () => {
  expect(reshape.shape([784], { targetShape: [28, 27] })).toMatchObject({
    ok: false,
    issues: [{ message: '784 holds 784 values, but 28×27 needs 756: change the target shape.' }],
  })
  expect(reshape.shape([10], { targetShape: [3, -1] })).toMatchObject({ ok: false, issues: [{ expected: 'a multiple of 3 values' }] })
})
