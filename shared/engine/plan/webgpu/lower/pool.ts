import { MISSING } from '../../../../kernels/webgpu/formulas.ts'
import { pooled, pooledBack } from '../../../../kernels/webgpu/pooling.ts'
import { poolOf } from '../../window.ts'
import { type Binding, each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Largest or mean value of windows; places outside the image take no part. */
export const lowerPool: Lower<'pool'> = (b, node) => {
  const { kind } = node.op
  const win = poolOf(node)
  const { h, w, c, oh, ow } = win
  const x: Binding = { name: 'x', range: b.input(node).range }
  const y: Binding = { name: 'y', range: b.output(node).range }
  b.forward(each(`pool ${node.id}`, oh * ow * c, [x, { ...y, written: true }], `${pooled(kind, win)}\n    y[i] = v;`, MISSING))
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const bindings = [...(kind === 'max' ? [x, y] : []), { name: 'dy', range: dy }, ...targetBindings(target)]
    b.backward(each(`pool ${node.id} gradient`, h * w * c, bindings, `${pooledBack(kind, win)}\n    ${gated(target.gate)}`))
  }
}
