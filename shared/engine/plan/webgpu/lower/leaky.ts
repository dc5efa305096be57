import { float } from '../../../../kernels/webgpu/kernel.ts'
import type { Axis } from '../../../../layers/plan.ts'
import type { NodeOf } from '../../plan.ts'
import type { Builder } from '../builder.ts'
import { type Binding, each, eachOf, type Range } from '../job.ts'
import type { Slot } from '../weights.ts'
import { gated, type Lower, targetBindings } from './define.ts'
import { sumTaken, takenFrom } from './move.ts'

/** Sums over the batch for each value of a sample, then over the values that share a slope. */
const slopesGradient = (b: Builder, node: NodeOf<'leaky'>, axes: readonly Axis[], alpha: Slot, dy: Range): void => {
  if (!alpha.grads) return
  const { range: x, size } = b.input(node)
  const sums = alpha.floats === size ? alpha.grads : b.scratch(size)
  const bindings = [
    { name: 'x', range: x },
    { name: 'dy', range: dy },
    { name: 'sums', range: sums, written: true },
  ]
  const body = `    var v = 0.0; for (var n = i; n < now.batch * ${size}u; n += ${size}u) { v += select(x[n] * dy[n], 0.0, x[n] > 0.0); }
    sums[i] = v;`
  b.backward(eachOf(`slopes ${node.id} gradient`, size, bindings, body))
  if (alpha.floats === size) return
  const shared = [
    { name: 'sums', range: sums },
    { name: 'grads', range: alpha.grads, written: true },
  ]
  const sum = sumTaken(axes, 0, 'i', place => `sums[${place}]`)
  b.backward(eachOf(`shared slopes ${node.id} gradient`, alpha.floats, shared, `${sum}\n    grads[${alpha.at}u + i] = v;`))
}

/** Values below 0 times a slope, a number or learned. */
export const lowerLeaky: Lower<'leaky'> = (b, node) => {
  const { slope } = node.op
  const { range: x, size } = b.input(node)
  const axes = typeof slope === 'number' ? null : slope
  const alpha = axes && b.weight(node, 'alpha')
  if (axes && !alpha) throw new Error(`${node.id} has no slopes.`)
  const slopes: readonly Binding[] = alpha ? [{ name: 'alpha', range: alpha.group }] : []
  const factor = typeof slope === 'number' ? float(slope) : `alpha[${alpha?.at ?? 0}u + ${takenFrom(slope, `i % ${size}u`)}]`
  const bindings = [{ name: 'x', range: x }, ...slopes, { name: 'y', range: b.output(node).range, written: true }]
  b.forward(each(`leaky ${node.id}`, size, bindings, `    let z = x[i]; y[i] = select(z * ${factor}, z, z > 0.0);`))
  return dy => {
    if (axes && alpha) slopesGradient(b, node, axes, alpha, dy)
    const target = b.inputGradient(node)
    if (!target) return
    const back = [{ name: 'x', range: x }, { name: 'dy', range: dy }, ...slopes, ...targetBindings(target)]
    const body = `    let v = select(dy[i] * ${factor}, dy[i], x[i] > 0.0); ${gated(target.gate)}`
    b.backward(each(`leaky ${node.id} gradient`, size, back, body))
  }
}
