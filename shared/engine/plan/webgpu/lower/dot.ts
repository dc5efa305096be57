import type { Vectors } from '../../../../layers/plan.ts'
import type { NodeOf } from '../../plan.ts'
import type { Builder, Target } from '../builder.ts'
import { each, type Range } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** One of the two tensors: its vectors as they arrive, and as they are multiplied. */
interface Side extends Vectors {
  readonly x: Range
  readonly y: Range
  /** Values per sample. */
  readonly size: number
}

/** WGSL that puts `v` at place `o` of dx. */
const put = (gate: Range | null): string => gated(gate).replaceAll('[i]', '[o]')

/** WGSL: the place of vector `i` among `count` per sample, and the sum of `value` over its places `j`. */
const placed = ({ count, size, step }: Side): string => `    let o = i / ${count}u * ${size}u + i % ${count}u * ${step}u;`
const along = ({ along }: Side, length: number, body: string): string =>
  `for (var j = o; j < o + ${length * along}u; j += ${along}u) { ${body} }`
const share = (side: Side, length: number): string =>
  `var squares = 0.0; ${along(side, length, 'squares += x[j] * x[j];')} let share = 1.0 / sqrt(max(squares, 1e-7));`

const sideOf = (b: Builder, node: NodeOf<'dot'>, k: 0 | 1): Side => {
  const { range: x, size } = b.input(node, k)
  const { unit, length, sides } = node.op
  const side = { ...sides[k], x, size, y: unit ? b.perSample(size) : x }
  const bindings = [
    { name: 'x', range: x },
    { name: 'y', range: side.y, written: true },
  ]
  const body = `${placed(side)} ${share(side, length)} ${along(side, length, 'y[j] = x[j] * share;')}`
  if (unit) b.forward(each(`unit vectors ${node.id}`, side.count, bindings, body))
  return side
}

const unitGradient = (b: Builder, node: NodeOf<'dot'>, side: Side, dy: Range, target: Target): void => {
  const { length } = node.op
  const bindings = [{ name: 'x', range: side.x }, { name: 'y', range: side.y }, { name: 'dy', range: dy }, ...targetBindings(target)]
  const turned = `var turned = 0.0; if (squares >= 1e-7) { ${along(side, length, 'turned += dy[j] * y[j];')} }`
  const write = along(side, length, `let v = (dy[j] - y[j] * turned) * share; ${gated(target.gate).replaceAll('[i]', '[j]')}`)
  b.backward(each(`unit vectors ${node.id} gradient`, side.count, bindings, `${placed(side)} ${share(side, length)} ${turned} ${write}`))
}

/** Gradient of one side: the output's, whose values for it are `step` and `across` apart, times the vectors of the other. */
const sideGradient = (
  b: Builder,
  node: NodeOf<'dot'>,
  dy: { readonly range: Range; readonly step: number; readonly across: number },
  own: Side,
  other: Side,
  target: Target,
): void => {
  const { unit, length } = node.op
  const made: Target = unit ? { to: b.scratch(b.batch * own.size), gate: null } : target
  const bindings = [{ name: 'dy', range: dy.range }, { name: 'b', range: other.y }, ...targetBindings(made)]
  const body = `    let n = i / ${own.size}u; let r = i / ${length}u % ${own.count}u; let c = i % ${length}u; var v = 0.0;
    for (var k = 0u; k < ${other.count}u; k++) {
      v += dy[n * ${own.count * other.count}u + r * ${dy.step}u + k * ${dy.across}u] * b[n * ${other.size}u + c * ${other.along}u + k * ${other.step}u];
    }
    let o = n * ${own.size}u + r * ${own.step}u + c * ${own.along}u; ${put(made.gate)}`
  b.backward(each(`dot ${node.id} gradient`, own.size, bindings, body))
  if (unit) unitGradient(b, node, own, made.to, target)
}

/** Dot products of the vectors of two tensors. */
export const lowerDot: Lower<'dot'> = (b, node) => {
  const [left, right] = [sideOf(b, node, 0), sideOf(b, node, 1)]
  const { count: columns } = right
  const bindings = [
    { name: 'a', range: left.y },
    { name: 'b', range: right.y },
    { name: 'y', range: b.output(node).range, written: true },
  ]
  const perSample = left.count * columns
  const [p, q] = [`i / ${columns}u % ${left.count}u * ${left.step}u`, `i % ${columns}u * ${right.step}u`]
  const body = `    let p = i / ${perSample}u * ${left.size}u + ${p}; let q = i / ${perSample}u * ${right.size}u + ${q};
    var v = 0.0; for (var k = 0u; k < ${node.op.length}u; k++) { v += a[p + k * ${left.along}u] * b[q + k * ${right.along}u]; }
    y[i] = v;`
  b.forward(each(`dot ${node.id}`, perSample, bindings, body))
  return dy => {
    const toLeft = b.inputGradient(node, 0)
    if (toLeft) sideGradient(b, node, { range: dy, step: columns, across: 1 }, left, right, toLeft)
    const toRight = b.inputGradient(node, 1)
    if (toRight) sideGradient(b, node, { range: dy, step: 1, across: columns }, right, left, toRight)
  }
}
