// Losses with their gradients at the outputs, row by row; formulas and clipping as in the product's tfjs losses.
import { softmaxRow } from './activation'
import { at, Ptr } from './base'
import { exp4, log4 } from './math'

/** Loss kinds: cross-entropy and binary cross-entropy, with the last activation fused or not, and mean squared error. */
const SOFTMAX: i32 = 0
const CATEGORICAL: i32 = 1
const LOGISTIC: i32 = 2
const BINARY: i32 = 3
/** Layouts of targets: class index for a one-hot row, class index as 0 or 1, values. */
const ONE_HOT: i32 = 0
const VALUES: i32 = 2

const TINY: f32 = 1e-7

@inline function exp1(x: f32): f32 { return f32x4.extract_lane(exp4(f32x4.splat(x)), 0) }
@inline function log1(x: f32): f32 { return f32x4.extract_lane(log4(f32x4.splat(x)), 0) }
@inline function inside(x: f32): bool { return x >= TINY && x <= 1 - TINY }
@inline function clip(x: f32): f32 { return max(min(x, 1 - TINY), TINY) }

/** Target of output j of a row. */
@inline function targetOf(layout: i32, targets: Ptr, row: i32, j: i32, C: i32): f32 {
  if (layout == VALUES) return load<f32>(at(targets, row * C + j))
  const label = load<i32>(at(targets, row))
  return layout == ONE_HOT ? <f32>(label == j) : <f32>label
}

/** Whether the guessed class is the right one; for values their mean absolute error. */
@inline function hitOf(kind: i32, layout: i32, z: Ptr, targets: Ptr, row: i32, C: i32): f32 {
  if (layout == VALUES) {
    let off: f32 = 0
    for (let j = 0; j < C; j++) off += abs(load<f32>(at(z, j)) - load<f32>(at(targets, row * C + j)))
    return off / <f32>C
  }
  const label = load<i32>(at(targets, row))
  if (layout != ONE_HOT) return <f32>(<i32>(load<f32>(z) > (kind == LOGISTIC ? <f32>0 : <f32>0.5)) == label)
  let best = 0
  for (let j = 1; j < C; j++) if (load<f32>(at(z, j)) > load<f32>(at(z, best))) best = j
  return <f32>(best == label)
}

/** −ln softmax(z)[label]; writes the probabilities to p and (p − target) · share to d. */
function softmaxLoss(z: Ptr, label: i32, C: i32, p: Ptr, d: Ptr, share: f32): f32 {
  softmaxRow(z, C, p)
  let top = load<f32>(z)
  for (let j = 1; j < C; j++) top = max(top, load<f32>(at(z, j)))
  let sum: f32 = 0
  for (let j = 0; j < C; j += 4) {
    const e = exp4(f32x4.sub(v128.load(at(z, j)), f32x4.splat(top)))
    sum += f32x4.extract_lane(e, 0)
    if (j + 1 < C) sum += f32x4.extract_lane(e, 1)
    if (j + 2 < C) sum += f32x4.extract_lane(e, 2)
    if (j + 3 < C) sum += f32x4.extract_lane(e, 3)
  }
  for (let j = 0; j < C; j++) store<f32>(at(d, j), (load<f32>(at(p, j)) - <f32>(j == label)) * share)
  return log1(sum) + top - load<f32>(at(z, label))
}

function categoricalLoss(y: Ptr, label: i32, C: i32, d: Ptr, share: f32): f32 {
  let sum: f32 = 0
  for (let j = 0; j < C; j++) sum += load<f32>(at(y, j))
  const own = load<f32>(at(y, label)), p = own / sum, open = inside(p)
  for (let j = 0; j < C; j++) store<f32>(at(d, j), open ? (1 / sum - (j == label ? 1 / own : <f32>0)) * share : <f32>0)
  return -log1(clip(p))
}

/** Loss of one output value; leaves its gradient in `slope`. */
let slope: f32 = 0
function valueLoss(kind: i32, z: f32, t: f32): f32 {
  if (kind == LOGISTIC) {
    const e = exp1(-abs(z)), positive: f32 = <f32>1 / (<f32>1 + e)
    slope = (z >= 0 ? positive : <f32>1 - positive) - t
    return max(z, <f32>0) - z * t + log1(1 + e)
  }
  if (kind == BINARY) {
    const p = clip(z)
    slope = inside(z) ? (p - t) / (p * (1 - p)) : 0
    return -(t * log1(p) + (1 - t) * log1(1 - p))
  }
  slope = 2 * (z - t)
  return (z - t) * (z - t)
}

/**
 * Rows [lo, hi) of the outputs z [rows][C]: loss and hit of each row, the last activation's value in `p` where it is fused, and the gradient of the mean
 * loss over `rows` at z in `d`.
 */
export function loss(lo: i32, hi: i32, scratch: Ptr, kind: i32, layout: i32, z: Ptr, C: i32, targets: Ptr, rows: i32, p: Ptr, d: Ptr, losses: Ptr, hits: Ptr): void {
  for (let r = lo; r < hi; r++) {
    const row = at(z, r * C), to = at(d, r * C)
    let sum: f32 = 0
    if (kind == SOFTMAX) sum = softmaxLoss(row, load<i32>(at(targets, r)), C, at(p, r * C), to, <f32>1 / <f32>rows)
    else if (kind == CATEGORICAL) sum = categoricalLoss(row, load<i32>(at(targets, r)), C, to, <f32>1 / <f32>rows)
    else {
      const share = <f32>1 / <f32>(rows * C)
      for (let j = 0; j < C; j++) {
        sum += valueLoss(kind, load<f32>(at(row, j)), targetOf(layout, targets, r, j, C))
        store<f32>(at(to, j), slope * share)
        if (kind == LOGISTIC) store<f32>(at(p, r * C + j), 1 / (1 + exp1(-load<f32>(at(row, j)))))
      }
      sum /= <f32>C
    }
    store<f32>(at(losses, r), sum)
    store<f32>(at(hits, r), hitOf(kind, layout, row, targets, r, C))
  }
}

/** Adds the rows' losses and hits to the totals (float64: loss, hits, rows). One unit of work, so the order never changes. */
export function tally(lo: i32, hi: i32, scratch: Ptr, losses: Ptr, hits: Ptr, rows: i32, totals: Ptr): void {
  let sum: f64 = 0, right: f64 = 0
  for (let r = 0; r < rows; r++) {
    sum += <f64>load<f32>(at(losses, r))
    right += <f64>load<f32>(at(hits, r))
  }
  store<f64>(totals, load<f64>(totals) + sum)
  store<f64>(totals, load<f64>(totals, 8) + right, 8)
  store<f64>(totals, load<f64>(totals, 16) + <f64>rows, 16)
}
