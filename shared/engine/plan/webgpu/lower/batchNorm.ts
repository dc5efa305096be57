import { columnParts, columnSums, totalOf } from '../../../../kernels/webgpu/columns.ts'
import { float } from '../../../../kernels/webgpu/kernel.ts'
import type { NodeOf } from '../../plan.ts'
import { type Builder, RELU } from '../builder.ts'
import { type Binding, each, eachOf, type Range } from '../job.ts'
import type { Slot } from '../weights.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Everything that the kernels of one normalisation share; vectors of one value per channel. */
interface Norm {
  readonly b: Builder
  readonly node: NodeOf<'batchNorm'>
  readonly channels: number
  /** Rows per sample. */
  readonly rows: number
  readonly parts: number
  readonly x: Range
  readonly gamma: Slot | undefined
  readonly beta: Slot | undefined
  readonly mean: Slot
  readonly variance: Slot
  /** Partial sums; mean and 1 / √(variance + ε); factor and offset of y = x · factor + offset. */
  readonly sums: Range
  readonly stats: Range
  readonly factors: Range
}

const prepare = (b: Builder, node: NodeOf<'batchNorm'>): Norm => {
  const channels = node.shape.at(-1) ?? 1
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(name => b.weight(node, name))
  if (!mean || !variance) throw new Error(`${node.id} has no moving statistics.`)
  const rows = b.output(node).size / channels
  const parts = columnParts(rows * b.batch, channels)
  const [sums, stats, factors] = [b.scratch(parts * 2 * channels), b.room(2 * channels), b.room(2 * channels)]
  return { b, node, channels, rows, parts, x: b.input(node).range, gamma, beta, mean, variance, sums, stats, factors }
}

const value = (slot: Slot | undefined, without: string): string => (slot ? `weights[${slot.at}u + i]` : without)
const weights = ({ gamma, beta }: Norm): readonly Binding[] => {
  const slot = gamma ?? beta
  return slot ? [{ name: 'weights', range: slot.group }] : []
}

/** WGSL: factor and offset from `center` and `inverse`. */
const writeFactors = ({ channels, gamma, beta }: Norm): string =>
  `let factor = inverse * ${value(gamma, '1.0')};
    factors[i] = factor; factors[${channels}u + i] = ${value(beta, '0.0')} - center * factor;`

/** Factor and offset from the moving statistics. */
const fromMoving = (norm: Norm) => {
  const { node, channels, mean, variance } = norm
  const bindings = [...weights(norm), { name: 'moving', range: mean.group }, { name: 'factors', range: norm.factors, written: true }]
  const body = `    let center = moving[${mean.at}u + i];
    let inverse = 1.0 / sqrt(moving[${variance.at}u + i] + ${float(node.op.epsilon)});
    ${writeFactors(norm)}`
  return eachOf(`normalisation ${node.id} from moving statistics`, channels, bindings, body)
}

/** Factor and offset from the batch, and the moving statistics. Sums run over differences to the first row, so that they lose no digits. */
const fromBatch = (norm: Norm): void => {
  const { b, node, channels, rows, parts, x, sums, stats, mean, variance } = norm
  const { momentum, epsilon } = node.op
  b.train({
    ...columnSums({
      ...{ name: `normalisation ${node.id} sums`, rows, columns: channels, parts, sums: 2 },
      ...{ before: 'let first = x[c];', value: 'let u = x[i] - first; let v = u * u;' },
    }),
    bindings: [
      { name: 'x', range: x },
      { name: 'result', range: sums, written: true },
    ],
  })
  const body = `    ${totalOf(channels, parts)}
    let share = 1.0 / f32(now.batch * ${rows}u);
    let shift = total.x * share;
    let spread = total.y * share - shift * shift;
    let center = x[i] + shift;
    let inverse = 1.0 / sqrt(max(spread, 0.0) + ${float(epsilon)});
    moving[${mean.at}u + i] -= (moving[${mean.at}u + i] - center) * ${float(1 - momentum)};
    moving[${variance.at}u + i] -= (moving[${variance.at}u + i] - spread) * ${float(1 - momentum)};
    stats[i] = center; stats[${channels}u + i] = inverse;
    ${writeFactors(norm)}`
  const bindings = [
    ...weights(norm),
    { name: 'x', range: x },
    { name: 'sums', range: sums },
    { name: 'moving', range: mean.group, written: true },
    { name: 'stats', range: stats, written: true },
    { name: 'factors', range: norm.factors, written: true },
  ]
  b.train(eachOf(`normalisation ${node.id} statistics`, channels, bindings, body))
}

const lowerGradient = (norm: Norm, dy: Range): void => {
  const { b, node, channels, rows, parts, x, sums, stats, gamma, beta } = norm
  const xAndDy = [
    { name: 'x', range: x },
    { name: 'dy', range: dy },
    { name: 'stats', range: stats },
  ]
  b.backward({
    ...columnSums({
      ...{ name: `normalisation ${node.id} gradient sums`, rows, columns: channels, parts, sums: 2 },
      ...{ before: 'let center = stats[c];', value: 'let u = dy[i]; let v = u * (x[i] - center);' },
    }),
    bindings: [...xAndDy, { name: 'result', range: sums, written: true }],
  })
  const target = b.inputGradient(node)
  const grads = (gamma ?? beta)?.grads
  const coefficients = b.room(3 * channels)
  const bindings = [
    ...weights(norm),
    { name: 'sums', range: sums },
    { name: 'stats', range: stats },
    ...(grads ? [{ name: 'grads', range: grads, written: true }] : []),
    { name: 'coefficients', range: coefficients, written: true },
  ]
  const body = `    ${totalOf(channels, parts)}
    let share = 1.0 / f32(now.batch * ${rows}u);
    let inverse = stats[${channels}u + i];
    let scaled = total.y * inverse;
    ${gamma ? `grads[${gamma.at}u + i] = scaled;` : ''} ${beta ? `grads[${beta.at}u + i] = total.x;` : ''}
    let a = inverse * ${value(gamma, '1.0')};
    coefficients[i] = a;
    coefficients[${channels}u + i] = -a * inverse * scaled * share;
    coefficients[${2 * channels}u + i] = -a * total.x * share;`
  b.backward(eachOf(`normalisation ${node.id} gradient`, channels, bindings, body))
  if (!target) return
  const apply = `    let c = i % ${channels}u;
    let v = coefficients[c] * dy[i] + (coefficients[${channels}u + c] * (x[i] - stats[c]) + coefficients[${2 * channels}u + c]);
    ${gated(target.gate)}`
  const all = [...xAndDy, { name: 'coefficients', range: coefficients }, ...targetBindings(target)]
  b.backward(each(`normalisation ${node.id} input gradient`, b.output(node).size, all, apply))
}

/** Batch normalisation over the last axis; a frozen one uses its moving statistics in training too. */
export const lowerBatchNorm: Lower<'batchNorm'> = (b, node) => {
  const norm = prepare(b, node)
  const { channels, x, factors } = norm
  const { range: y, size } = b.output(node)
  b.infer(fromMoving(norm))
  if (node.frozen) b.train(fromMoving(norm))
  else fromBatch(norm)
  const bindings = [
    { name: 'x', range: x },
    { name: 'factors', range: factors },
    { name: 'y', range: y, written: true },
  ]
  const apply = `    let c = i % ${channels}u; let v = x[i] * factors[c] + factors[${channels}u + c]; y[i] = ${node.relu ? RELU : 'v'};`
  b.forward(each(`normalisation ${node.id}`, size, bindings, apply))
  return dy => {
    if (!node.frozen) return lowerGradient(norm, dy)
    const target = b.inputGradient(node)
    if (!target) return
    const back = [{ name: 'dy', range: dy }, { name: 'factors', range: factors }, ...targetBindings(target)]
    b.backward(
      each(`normalisation ${node.id} gradient`, size, back, `    let v = dy[i] * factors[i % ${channels}u]; ${gated(target.gate)}`),
    )
  }
}
