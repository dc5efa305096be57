import { columnParts, columnSums, totalOf } from '../../../../kernels/webgpu/columns.ts'
import { float, THREADS } from '../../../../kernels/webgpu/kernel.ts'
import { type Binding, eachOf, type Job } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Threads that share a row of this many values. */
const sharing = (columns: number): number => Math.min(64, 2 ** Math.ceil(Math.log2(Math.max(1, columns / 4))))

/** A job whose threads share rows. In its body `row` is the row and `start` its first value; `over` loops over a thread's own values `i` in columns `c`. */
const perRow = (name: string, rows: number, columns: number, bindings: readonly Binding[], body: string): Job => {
  const lanes = sharing(columns)
  const high = THREADS / lanes
  return {
    ...{ name, bindings, threads: THREADS, groups: batch => Math.ceil((batch * rows) / high) },
    head: `var<workgroup> sums: array<vec2f, ${THREADS}>;
fn together(lane: u32, own: vec2f) -> vec2f {
  workgroupBarrier();
  sums[lane] = own;
  workgroupBarrier();
  var total = vec2f();
  for (var k = lane / ${lanes}u * ${lanes}u; k < (lane / ${lanes}u + 1u) * ${lanes}u; k++) { total += sums[k]; }
  return total / ${float(columns)};
}`,
    body: `  let row = group * ${high}u + lane / ${lanes}u;
  let there = row < now.batch * ${rows}u;
  let start = row * ${columns}u;
${body}`,
  }
}

const over = (columns: number, body: string): string =>
  `if (there) { for (var c = lane % ${sharing(columns)}u; c < ${columns}u; c += ${sharing(columns)}u) { let i = start + c; ${body} } }`

/** Layer normalisation over the last axis; keeps mean and 1 / √(variance + ε) of each row. */
export const lowerLayerNorm: Lower<'layerNorm'> = (b, node) => {
  const columns = node.shape.at(-1) ?? 1
  const { range: y, size } = b.output(node)
  const rows = size / columns
  const x = b.input(node).range
  const [gamma, beta] = [b.weight(node, 'gamma'), b.weight(node, 'beta')]
  const learned = gamma ?? beta
  const weights = learned ? [{ name: 'weights', range: learned.group }] : []
  const kept = b.perSample(2 * rows)
  const scale = gamma ? `weights[${gamma.at}u + c]` : '1.0'
  const forward = `  var own = 0.0; ${over(columns, 'own += x[i];')}
  let mean = together(lane, vec2f(own, 0.0)).x;
  own = 0.0; ${over(columns, 'let d = x[i] - mean; own += d * d;')}
  let inverse = 1.0 / sqrt(together(lane, vec2f(own, 0.0)).x + ${float(node.op.epsilon)});
  ${over(columns, `y[i] = (x[i] - mean) * inverse * ${scale}${beta ? ` + weights[${beta.at}u + c]` : ''};`)}
  if (there && lane % ${sharing(columns)}u == 0u) { stats[2u * row] = mean; stats[2u * row + 1u] = inverse; }`
  const written = [
    { name: 'stats', range: kept, written: true },
    { name: 'y', range: y, written: true },
  ]
  b.forward(perRow(`normalisation ${node.id}`, rows, columns, [{ name: 'x', range: x }, ...weights, ...written], forward))
  return dy => {
    const bindings = [
      { name: 'x', range: x },
      { name: 'dy', range: dy },
      { name: 'stats', range: kept },
    ]
    if (learned?.grads) {
      const parts = columnParts(rows * b.batch, columns)
      const sums = b.scratch(parts * 2 * columns)
      const hat = `(x[i] - stats[2u * (i / ${columns}u)]) * stats[2u * (i / ${columns}u) + 1u]`
      const value = `let u = dy[i] * ${hat}; let v = dy[i];`
      b.backward({
        ...columnSums({ name: `normalisation ${node.id} gradient sums`, rows, columns, parts, sums: 2, value }),
        bindings: [...bindings, { name: 'result', range: sums, written: true }],
      })
      const body = `    ${totalOf(columns, parts)}
    ${gamma ? `grads[${gamma.at}u + i] = total.x;` : ''} ${beta ? `grads[${beta.at}u + i] = total.y;` : ''}`
      const grads = { name: 'grads', range: learned.grads, written: true }
      b.backward(eachOf(`normalisation ${node.id} gradient`, columns, [{ name: 'sums', range: sums }, grads], body))
    }
    const target = b.inputGradient(node)
    if (!target) return
    const hat = '(x[i] - stats[2u * row]) * stats[2u * row + 1u]'
    const backward = `  var own = vec2f(); ${over(columns, `let g = dy[i] * ${scale}; own += vec2f(g, g * ${hat});`)}
  let means = together(lane, own);
  ${over(columns, `let v = stats[2u * row + 1u] * (dy[i] * ${scale} - means.x - ${hat} * means.y); ${gated(target.gate)}`)}`
    b.backward(
      perRow(`normalisation ${node.id} input gradient`, rows, columns, [...bindings, ...weights, ...targetBindings(target)], backward),
    )
  }
}
