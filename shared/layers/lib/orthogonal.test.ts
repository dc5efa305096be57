import { expect, test } from 'vitest'
import { orthogonal } from './orthogonal.ts'

const product = (m: Float32Array, columns: number, a: number, b: number, byRow: boolean): number => {
  const length = byRow ? columns : m.length / columns
  let sum = 0
  for (let k = 0; k < length; k++)
    sum += byRow ? (m[a * columns + k] ?? 0) * (m[b * columns + k] ?? 0) : (m[k * columns + a] ?? 0) * (m[k * columns + b] ?? 0)
  return sum
}

test('the shorter side is orthonormal', () => {
  for (const [rows, columns] of [
    [8, 32],
    [32, 8],
    [5, 5],
    [1, 4],
  ] as const) {
    const matrix = orthogonal(rows, columns, 3)
    const count = Math.min(rows, columns)
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++) expect(product(matrix, columns, a, b, rows < columns)).toBeCloseTo(a === b ? 1 : 0, 5)
  }
})

test('the same seed gives the same matrix, another one another, and 128 LSTM units take no time', () => {
  expect(orthogonal(6, 24, 1)).toEqual(orthogonal(6, 24, 1))
  expect(orthogonal(6, 24, 1)).not.toEqual(orthogonal(6, 24, 2))
  const before = performance.now()
  orthogonal(128, 512, 1)
  expect(performance.now() - before).toBeLessThan(1500)
})
