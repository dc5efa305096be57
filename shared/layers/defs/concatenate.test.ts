import { expect, test } from 'vitest'
import { concatenate } from './concatenate.ts'

const image = [8, 8, 4]

test('the batch cannot be joined, nor an axis that is not there', () => {
  expect(concatenate.shape([image, image], { axis: 0 })).toMatchObject({
    ok: false,
    issues: [{ code: 'layer/no-such-axis', param: 'axis' }],
  })
  expect(concatenate.shape([image, image], { axis: 4 })).toMatchObject({ ok: false, issues: [{ expected: '1 to 3, or -1 to -3' }] })
  expect(concatenate.shape([[5], [5]], { axis: -2 })).toMatchObject({ ok: false })
})

test('other axes must be equal', () => {
  expect(concatenate.shape([image, [8, 9, 4]], { axis: -1 })).toMatchObject({
    ok: false,
    issues: [{ code: 'layer/shapes-differ', received: '8×8×4, 8×9×4' }],
  })
  expect(concatenate.shape([image, [8, 8]], { axis: -1 })).toMatchObject({ ok: false })
})
