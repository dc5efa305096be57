import { MISSING } from '../../../../kernels/webgpu/formulas.ts'
import { pooled, pooledBack } from '../../../../kernels/webgpu/pooling.ts'
import { before, imageOf } from '../../wasm/lower/define.ts'
import { type Binding, each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Largest or mean value of windows; places outside the image take no part. */
export const lowerPool: Lower<'pool'> = (b, node) => {
  const { kind, size, strides, padding } = node.op
  const { h, w, c } = imageOf(node.inputShapes[0] ?? [])
  const [oh = 1, ow = 1] = node.shape.length === 1 ? [1, 1] : node.shape
  const top = before(h, oh, size[0], strides[0], padding)
  const left = before(w, ow, size[1], strides[1], padding)
  const win = { h, w, c, oh, ow, size, strides, top, left }
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
