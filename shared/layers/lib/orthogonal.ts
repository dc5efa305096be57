import { rng } from '../../rng.ts'
import type { BuildContext } from '../define.ts'

/**
 * A seeded random matrix `[rows, columns]` whose shorter side is orthonormal, by Gram–Schmidt on normal vectors (twice, which
 * keeps it exact to the last bits).
 */
export const orthogonal = (rows: number, columns: number, seed: number): Float32Array => {
  const random = rng(seed)
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows]
  const vectors: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.normal())
    for (const other of [...vectors, ...vectors]) {
      const share = vector.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0)
      for (let k = 0; k < length; k++) vector[k] = (vector[k] ?? 0) - share * (other[k] ?? 0)
    }
    const size = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    vectors.push(vector.map(value => value / size))
  }
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return (rows < columns ? vectors[row]?.[column] : vectors[column]?.[row]) ?? 0
  })
}

/** tfjs's orthogonal initialiser, computed here: tfjs's own takes seconds for larger layers and warns about it. */
export const orthogonalInitialiser = ({ tf, seed }: Pick<BuildContext, 'tf' | 'seed'>) => {
  const own = tf.initializers.orthogonal({ gain: 1, seed })
  own.apply = ([rows = 1, columns = 1]) => tf.tensor2d(orthogonal(rows ?? 1, columns ?? 1, seed), [rows ?? 1, columns ?? 1])
  return own
}
