import { job } from '../../../../kernels/wasm/program.ts'
import type { Vectors } from '../../../../layers/plan.ts'
import type { NodeOf } from '../../plan.ts'
import type { Builder, Target } from '../builder.ts'
import type { Lower } from './define.ts'

/** One of the two tensors: its vectors as they arrive, and as they are multiplied. */
interface Side extends Vectors {
  readonly x: number
  readonly y: number
  /** Values per sample. */
  readonly size: number
}

const sideOf = (b: Builder, node: NodeOf<'dot'>, k: 0 | 1): Side => {
  const { at: x, size } = b.input(node, k)
  const { unit, length, sides } = node.op
  const side = { ...sides[k], x, size, y: unit ? b.perSample(size) : x }
  const { count, step, along, y } = side
  if (unit) b.forward(batch => job('unit', batch, b.grain(batch), { x, size, count, step, along, length, y }))
  return side
}

/** Gradient of one side: the output's, whose values for it are `step` and `along` apart, times the vectors of the other. */
const sideGradient = (
  b: Builder,
  node: NodeOf<'dot'>,
  dy: Pick<Vectors, 'step' | 'along'> & { at: number },
  own: Side,
  other: Side,
  { to, gate }: Target,
) => {
  const { unit, length } = node.op
  const out = unit ? b.perSample(own.size) : to
  const arriving = { a: dy.at, aSize: own.count * other.count, aStep: dy.step, aAlong: dy.along }
  const factor = { b: other.y, bSize: other.size, bStep: other.along, bAlong: other.step, length: other.count }
  const made = { rows: own.count, columns: length, out, outStep: own.step, outAlong: own.along, gate: unit ? 0 : gate }
  b.backward(batch => job('dot', batch, b.grain(batch), { ...arriving, ...factor, ...made }))
  const { x, y, size, count, step, along } = own
  if (unit)
    b.backward(batch => job('unitGradient', batch, b.grain(batch), { x, y, dy: out, size, count, step, along, length, dx: to, gate }))
}

/** Dot products of the vectors of two tensors. */
export const lowerDot: Lower<'dot'> = (b, node) => {
  const [left, right] = [sideOf(b, node, 0), sideOf(b, node, 1)]
  const columns = right.count
  const factors = { a: left.y, aSize: left.size, aStep: left.step, aAlong: left.along, b: right.y, bSize: right.size }
  const rest = { bStep: right.step, bAlong: right.along, length: node.op.length, rows: left.count, columns, outStep: columns, outAlong: 1 }
  b.forward(batch => job('dot', batch, b.grain(batch), { ...factors, ...rest, out: b.output(node).at, gate: 0 }))
  return dy => {
    const toLeft = b.inputGradient(node, 0)
    if (toLeft) sideGradient(b, node, { at: dy, step: columns, along: 1 }, left, right, toLeft)
    const toRight = b.inputGradient(node, 1)
    if (toRight) sideGradient(b, node, { at: dy, step: 1, along: columns }, right, left, toRight)
  }
}
