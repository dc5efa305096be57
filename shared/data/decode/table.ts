import { fail, ok, type Result } from '../../result.ts'

/** A table of numbers whose last column is the class. `values` is `[rows, columns]`. */
export interface Table {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
  readonly labels: Uint8Array
  /** Class names; from the first line, or `0`, `1`, … */
  readonly classes: readonly string[]
}

/** What is known about a table before reading it. */
export interface TableOptions {
  /** True when the first line is `rows,columns,class,class,…`. */
  readonly header: boolean
  /** Class names of a table without a first line. */
  readonly classes?: readonly string[]
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const MOST_CLASSES = 256
const CAP = 200 * 2 ** 20

const readText = (bytes: Uint8Array, name: string): Result<string> => {
  if (bytes.length > CAP) return fail('data/too-large', `${name} has ${bytes.length} bytes; tables of at most ${CAP} are read.`)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return ok(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    // Said below: both kinds of wrong text have the same remedy.
  }
  return fail('data/not-text', `${name} is not UTF-8 text: save it as comma-separated UTF-8 and try again.`)
}

const shown = (cell: string) => (cell.length > 20 ? `${cell.slice(0, 20)}…` : cell)

/** Reads one cell as a finite number; the sentence names line and column, both from 1. */
const readCell = (cell: string, name: string, line: number, column: number): Result<number> => {
  const trimmed = cell.trim()
  const value = Math.fround(Number(trimmed))
  if (NUMBER.test(trimmed) && Number.isFinite(value)) return ok(value)
  const message = `Line ${line}, column ${column} of ${name} reads “${shown(trimmed)}”, but a finite number was expected.`
  return fail('data/not-a-number', message, { where: `line ${line}, column ${column}`, received: shown(trimmed) })
}

interface Head {
  readonly rows: number
  readonly columns: number
  readonly classes: readonly string[]
}

const readHead = (first: string, lines: number, name: string, options: TableOptions): Result<Head> => {
  const cells = first.split(',').map(cell => cell.trim())
  if (!options.header) return ok({ rows: lines, columns: cells.length - 1, classes: options.classes ?? [] })
  const [rows, columns] = [Number(cells[0]), Number(cells[1])]
  const classes = cells.slice(2)
  const good = Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && columns >= 1 && classes.length >= 1
  if (!good || classes.length > MOST_CLASSES) {
    return fail('data/wrong-header', `Line 1 of ${name} should read “rows,columns,class,…”, but it reads “${shown(first)}”.`, {
      where: 'line 1',
    })
  }
  if (rows === lines - 1) return ok({ rows, columns, classes })
  return fail('data/wrong-size', `Line 1 of ${name} announces ${rows} rows, but ${lines - 1} follow.`, { where: 'line 1' })
}

/** Decodes comma-separated numbers with the class index in the last column. Any line ends and a byte order mark are fine; empty lines only at the end. */
export const decodeTable = (bytes: Uint8Array, name: string, options: TableOptions): Result<Table> => {
  const text = readText(bytes, name)
  if (!text.ok) return text
  const lines = text.value.split(/\r\n|\n|\r/)
  while (lines.at(-1)?.trim() === '') lines.pop()
  if (lines.length === 0) return fail('data/empty', `${name} is empty.`)
  const head = readHead(lines[0] ?? '', lines.length, name, options)
  if (!head.ok) return head
  const { rows, columns, classes } = head.value
  if (rows < 1 || columns < 1) return fail('data/empty', `${name} holds no rows with at least one number and a class.`)
  const values = new Float32Array(rows * columns)
  const labels = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const line = row + (options.header ? 2 : 1)
    const cells = (lines[line - 1] ?? '').split(',')
    if (cells.length !== columns + 1) {
      const message = `Line ${line} of ${name} has ${cells.length} cells, but ${columns + 1} were expected.`
      return fail('data/ragged', message, { where: `line ${line}`, expected: String(columns + 1), received: String(cells.length) })
    }
    for (let column = 0; column < columns; column++) {
      const value = readCell(cells[column] ?? '', name, line, column + 1)
      if (!value.ok) return value
      values[row * columns + column] = value.value
    }
    const label = readCell(cells[columns] ?? '', name, line, columns + 1)
    if (!label.ok) return label
    const most = (classes.length || MOST_CLASSES) - 1
    if (!Number.isInteger(label.value) || label.value < 0 || label.value > most) {
      const message = `Line ${line} of ${name} has class ${label.value}, but classes are whole numbers from 0 to ${most}.`
      return fail('data/label-out-of-range', message, { where: `line ${line}, column ${columns + 1}`, received: String(label.value) })
    }
    labels[row] = label.value
  }
  const names = classes.length ? classes : Array.from({ length: labels.reduce((a, b) => Math.max(a, b), 0) + 1 }, (_, i) => String(i))
  return ok({ rows, columns, values, labels, classes: names })
}
