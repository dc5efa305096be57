import { type Kernel, THREADS } from './kernel.ts'

/** One or two sums per column over all rows of the batch, in pieces. */
export interface ColumnSums {
  readonly name: string
  /** Rows per sample, and columns. */
  readonly rows: number
  readonly columns: number
  readonly parts: number
  /** WGSL statements before the rows and for each value: `c` is the column, `i` the value's place; sets `u`, and `v` where there are two sums. */
  readonly before?: string
  readonly value: string
  readonly sums: 1 | 2
  /** WGSL that the sums are multiplied with. */
  readonly factor?: string
}

/** Lanes of a workgroup side by side over columns; the others take rows. */
export const lanesOf = (columns: number): number => Math.min(32, 2 ** Math.ceil(Math.log2(columns)))

/** Pieces that a sum over this many rows is cut into. */
export const columnParts = (rows: number, columns: number): number =>
  Math.max(1, Math.min(64, Math.ceil(rows / ((16 * THREADS) / lanesOf(columns)))))

/** Sums over rows, each thread over its own first, then across the workgroup, to `result` `[part][sums][columns]`. */
export const columnSums = ({ name, rows, columns, parts, before = '', value, sums, factor = '1.0' }: ColumnSums): Kernel => {
  const across = lanesOf(columns)
  const down = THREADS / across
  const blocks = Math.ceil(columns / across)
  return {
    name,
    head: `var<workgroup> sums: array<vec2f, ${THREADS}>;`,
    body: `  let part = group / ${blocks}u;
  let c = group % ${blocks}u * ${across}u + lane % ${across}u;
  let rows = now.batch * ${rows}u;
  let length = (rows + ${parts - 1}u) / ${parts}u;
  var sum = vec2f();
  if (c < ${columns}u) {
    ${before}
    for (var row = part * length + lane / ${across}u; row < min(rows, (part + 1u) * length); row += ${down}u) {
      let i = row * ${columns}u + c;
      ${value}
      sum += vec2f(u, ${sums === 2 ? 'v' : '0.0'});
    }
  }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane < ${across}u && c < ${columns}u) {
    for (var k = lane + ${across}u; k < ${THREADS}u; k += ${across}u) { sum += sums[k]; }
    result[part * ${sums * columns}u + c] = sum.x * ${factor};
    ${sums === 2 ? `result[part * ${2 * columns}u + ${columns}u + c] = sum.y * ${factor};` : ''}
  }`,
    threads: THREADS,
    groups: () => blocks * parts,
  }
}

/** WGSL: two sums of all pieces for column `i`, as `total`. */
export const totalOf = (columns: number, parts: number): string =>
  `var total = vec2f(); for (var p = 0u; p < ${parts}u; p++) { total += vec2f(sums[p * ${2 * columns}u + i], sums[p * ${2 * columns}u + ${columns}u + i]); }`
