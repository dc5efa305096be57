import { type ColorMap, colorOf, type Range } from './colormaps.ts'

/** Pixels to paint on, row-major, `width × height`. */
export interface Sheet {
  readonly pixels: Uint32Array
  readonly width: number
  readonly height: number
}

/** A rectangle on a sheet, in its pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How values lie in memory: the one at row `r`, column `c` is `values[offset + r·rowStride + c·columnStride]`. */
export interface Grid {
  readonly values: ArrayLike<number>
  readonly rows: number
  readonly columns: number
  readonly offset: number
  readonly rowStride: number
  readonly columnStride: number
}

/** One channel of `[height, width, channels]` values. */
export const channelGrid = (values: ArrayLike<number>, rows: number, columns: number, channels: number, channel: number): Grid => ({
  values,
  rows,
  columns,
  offset: channel,
  rowStride: columns * channels,
  columnStride: channels,
})

/** One `[height, width]` slice of a kernel `[height, width, in, out]`. */
export const kernelGrid = (values: ArrayLike<number>, shape: readonly number[], input: number, output: number): Grid => {
  const [rows = 1, columns = 1, ins = 1, outs = 1] = shape
  return { values, rows, columns, offset: input * outs + output, rowStride: columns * ins * outs, columnStride: ins * outs }
}

/** Paints a grid into a box, each value a sharp block; a box smaller than the grid shows the nearest values. Every value is coloured once: blocks are filled and rows repeated. */
export const paintGrid = (sheet: Sheet, box: Box, grid: Grid, map: ColorMap, range: Range): void => {
  const { pixels, width } = sheet
  const columns = columnsOf(box.width, grid)
  let painted = -1
  let source = 0
  for (let y = 0; y < box.height; y++) {
    const row = Math.floor((y * grid.rows) / box.height)
    const at = (box.y + y) * width + box.x
    if (row === painted) {
      pixels.copyWithin(at, source, source + box.width)
      continue
    }
    painted = row
    source = at
    paintRow(pixels, at, columns, grid, grid.offset + row * grid.rowStride, map, range)
  }
}

/** Which column of a grid each pixel of a row shows. */
const columnsOf = (width: number, grid: Grid): Int32Array =>
  Int32Array.from({ length: width }, (_, x) => Math.floor((x * grid.columns) / width))

const paintRow = (pixels: Uint32Array, at: number, columns: Int32Array, grid: Grid, from: number, map: ColorMap, range: Range): void => {
  let shown = -1
  let color = 0
  for (let x = 0; x < columns.length; x++) {
    const column = columns[x] as number
    if (column !== shown) {
      shown = column
      color = colorOf(map, range, grid.values[from + column * grid.columnStride] ?? 0)
    }
    pixels[at + x] = color
  }
}

/** Paints `[height, width, 3]` values as a colour image. */
export const paintRgb = (sheet: Sheet, box: Box, values: ArrayLike<number>, rows: number, columns: number, { low, high }: Range): void => {
  const byte = (v: number | undefined): number => Math.min(255, Math.max(0, Math.round((((v ?? 0) - low) / (high - low || 1)) * 255)))
  for (let y = 0; y < box.height; y++) {
    const row = Math.floor((y * rows) / box.height)
    for (let x = 0; x < box.width; x++) {
      const at = (row * columns + Math.floor((x * columns) / box.width)) * 3
      const packed = (255 << 24) | (byte(values[at + 2]) << 16) | (byte(values[at + 1]) << 8) | byte(values[at])
      sheet.pixels[(box.y + y) * sheet.width + box.x + x] = packed >>> 0
    }
  }
}

/** A long vector as a barcode of `lines` rows, filled row by row; where there are more values than pixels, each block shows its largest. */
export const barcodeGrid = (values: ArrayLike<number>, most: number, lines = 2): Grid => {
  const columns = Math.max(1, Math.min(most, Math.ceil(values.length / lines)))
  const cells = columns * lines
  if (values.length <= cells) return { values, rows: lines, columns, offset: 0, rowStride: columns, columnStride: 1 }
  const merged = new Float32Array(cells).fill(Number.NEGATIVE_INFINITY)
  for (let i = 0; i < values.length; i++) {
    const cell = Math.floor((i * cells) / values.length)
    merged[cell] = Math.max(merged[cell] ?? 0, values[i] ?? 0)
  }
  return { values: merged, rows: lines, columns, offset: 0, rowStride: columns, columnStride: 1 }
}
