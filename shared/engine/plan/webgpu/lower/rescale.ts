import { float } from '../../../../kernels/webgpu/kernel.ts'
import { each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Every value times a number plus another. */
export const lowerRescale: Lower<'rescale'> = (b, node) => {
  const { scale, offset } = node.op
  const { range: x, size } = b.input(node)
  const bindings = [
    { name: 'x', range: x },
    { name: 'y', range: b.output(node).range, written: true },
  ]
  b.forward(each(`rescaling ${node.id}`, size, bindings, `    y[i] = x[i] * ${float(scale)} + ${float(offset)};`))
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const back = [{ name: 'dy', range: dy }, ...targetBindings(target)]
    b.backward(each(`rescaling ${node.id} gradient`, size, back, `    let v = dy[i] * ${float(scale)}; ${gated(target.gate)}`))
  }
}
