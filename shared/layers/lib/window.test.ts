import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slide, slideFormulas, slideLength, type Window } from './window.ts'

const small = fc.integer({ min: 1, max: 9 })

test('output lengths are those of tfjs for any size, kernel, stride, padding and dilation', () => {
  const padding = fc.constantFrom<'same' | 'valid'>('same', 'valid')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), small, small, padding, small, (input, size, stride, pad, dilation) => {
      fc.pre(stride === 1 || dilation === 1)
      const ours = slideLength(input, size, stride, pad, dilation)
      fc.pre(ours >= 1)
      const info = tf.backend_util.computeConv2DInfo([1, input, input, 1], [size, size, 1, 1], stride, dilation, pad)
      expect(ours).toBe(info.outHeight)
    }),
    { numRuns: 400 },
  )
})

/** Works out a spelled-out length such as `⌊(28 − 5 + 2·0) / 2⌋ + 1`. */
const evaluate = (expression: string): number => {
  const [, floor, input, kernel, pad, stride] = /^(⌊?)\((\d+) − (\d+) \+ ([\d·]+)\) \/ (\d+)⌋? \+ 1$/.exec(expression) ?? []
  const ratio = (Number(input) - Number(kernel) + (pad ?? '').split('·').reduce((product, n) => product * Number(n), 1)) / Number(stride)
  return (floor ? Math.floor(ratio) : ratio) + 1
}

test('the spelled-out calculation gives the result it claims', () => {
  const pair = fc.tuple(small, small)
  fc.assert(
    fc.property(pair, pair, pair, fc.constantFrom<'same' | 'valid'>('same', 'valid'), ([h, w], size, strides, padding) => {
      const window: Window = { param: 'kernelSize', size, strides, padding, dilation: [1, 1] }
      const out = slide([h, w], window)
      fc.pre(out.ok)
      for (const formula of slideFormulas([h, w], out.ok ? out.value : [], window))
        expect(String(evaluate(formula.expression))).toBe(formula.result)
    }),
    { numRuns: 400 },
  )
})

test('numbers of the lectures', () => {
  const window: Window = { param: 'kernelSize', size: [5, 5], strides: [1, 1], padding: 'same', dilation: [1, 1] }
  expect(slideFormulas([28, 28], [28, 28], window)).toMatchObject([{ expression: '(28 − 5 + 2·2) / 1 + 1', result: '28' }])
  expect(slideFormulas([28, 20], [12, 8], { ...window, strides: [2, 2], padding: 'valid' })).toMatchObject([
    { expression: '⌊(28 − 5 + 2·0) / 2⌋ + 1', legend: 'height = (input − kernel + padding) / stride + 1' },
    { expression: '⌊(20 − 5 + 2·0) / 2⌋ + 1', legend: 'width = (input − kernel + padding) / stride + 1' },
  ])
})
