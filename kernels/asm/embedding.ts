// Rows of a table by number: learned vectors of words.
import { addInto, at, clear, Ptr } from './all'

/** Row that a value stands for, cut to a whole number; −1 where the table has none. */
@inline function rowOf(value: f32, words: i32): i32 { return value > -1 && value < <f32>words ? <i32>value : -1 }

/** The row of `width` floats for every value [lo, hi) of x; NaN where the table has none, so that the loss shows it. */
export function lookUp(lo: i32, hi: i32, scratch: Ptr, x: Ptr, table: Ptr, words: i32, width: i32, out: Ptr): void {
  for (let i = lo; i < hi; i++) {
    const row = rowOf(load<f32>(at(x, i)), words), o = at(out, i * width)
    if (row >= 0) memory.copy(o, at(table, row * width), <usize>width << 2)
    else for (let c = 0; c < width; c++) store<f32>(at(o, c), NaN)
  }
}

/** Gradient of the table, rows in blocks [lo, hi) of `block`: the sum of dy where the row was looked up. */
export function lookUpGradient(lo: i32, hi: i32, scratch: Ptr, x: Ptr, count: i32, dy: Ptr, block: i32, words: i32, width: i32, dw: Ptr): void {
  const from = lo * block, end = min(hi * block, words)
  if (end <= from) return
  clear(at(dw, from * width), (end - from) * width)
  for (let i = 0; i < count; i++) {
    const row = rowOf(load<f32>(at(x, i)), words)
    if (row >= from && row < end) addInto(at(dw, row * width), at(dy, i * width), width)
  }
}
