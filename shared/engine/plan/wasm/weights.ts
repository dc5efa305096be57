import { type Shape, sizeOf } from '../../../layers/shape.ts'

/** Where one weight tensor lies in memory. Factors of products lie in panels of 8 outputs, everything else as it is; both are padded with zeros. */
export interface Slot {
  /** `<node id>/<weight name>`. */
  readonly name: string
  readonly shape: Shape
  /** Address of the values. */
  readonly at: number
  /** Address of the gradient; 0 for weights that training leaves alone. */
  readonly grad: number
  /** Rows of the matrix (all dimensions but the last); 0 for what lies as it is. */
  readonly rows: number
  readonly columns: number
  /** Floats in memory. */
  readonly floats: number
}

/** Panels of 8 that hold `n` columns. */
export const panels = (n: number): number => Math.ceil(n / 8)

/** Operations that are products of matrices. */
const PRODUCTS: ReadonlySet<string> = new Set(['conv2d', 'conv2dTranspose', 'dense'])

/** How a weight of this shape lies in memory, for an operation of this name. */
export const layoutOf = (shape: Shape, op: string): Pick<Slot, 'rows' | 'columns' | 'floats'> => {
  const panelled = shape.length > 1 && PRODUCTS.has(op)
  const columns = panelled ? (shape.at(-1) ?? 1) : sizeOf(shape)
  const rows = panelled ? sizeOf(shape.slice(0, -1)) : 0
  return { rows, columns, floats: panels(columns) * 8 * Math.max(rows, 1) }
}

/** Copies values (row-major) into memory. */
export const putWeight = (memory: Float32Array, at: number, { rows, columns }: Slot, values: Float32Array): void => {
  const base = at / 4
  if (rows === 0) {
    memory.set(values, base)
    return
  }
  for (let column = 0; column < columns; column += 8) {
    const width = Math.min(8, columns - column)
    for (let k = 0; k < rows; k++) {
      const [from, to] = [k * columns + column, base + column * rows + k * 8]
      for (let j = 0; j < width; j++) memory[to + j] = values[from + j] as number
    }
  }
}

/** Copies values (row-major) out of memory. */
export const takeWeight = (memory: Float32Array, at: number, { rows, columns, shape }: Slot): Float32Array => {
  const base = at / 4
  if (rows === 0) return memory.slice(base, base + columns)
  const values = new Float32Array(sizeOf(shape))
  for (let column = 0; column < columns; column += 8) {
    const width = Math.min(8, columns - column)
    for (let k = 0; k < rows; k++) {
      const [from, to] = [base + column * rows + k * 8, k * columns + column]
      for (let j = 0; j < width; j++) values[to + j] = memory[from + j] as number
    }
  }
  return values
}
