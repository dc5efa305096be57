/** A cell; numbers are written with thousands separators and aligned right. */
export type Cell = string | number

const text = (cell: Cell): string => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)

/** Columns of text as wide as their widest cell, without a line that ends in blanks. */
export const table = (head: readonly string[], rows: readonly (readonly Cell[])[]): string => {
  const lines = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...lines.map(line => text(line[i] ?? '').length)))
  return lines
    .map(line =>
      line
        .map((cell, i) => {
          const right = typeof (rows[0]?.[i] ?? '') === 'number'
          return right ? text(cell).padStart(widths[i] ?? 0) : text(cell).padEnd(widths[i] ?? 0)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
