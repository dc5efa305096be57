import { job } from '../../../../kernels/wasm/program.ts'
import { poolOf } from '../../window.ts'
import { type Lower, windowArgs } from './define.ts'

/** Largest or mean value of windows. */
export const lowerPool: Lower<'pool'> = (b, node) => {
  const { kind } = node.op
  const win = poolOf(node)
  const window = windowArgs(win)
  const x = b.input(node).at
  const y = b.output(node).at
  b.forward(batch => job(kind === 'max' ? 'maxPool' : 'averagePool', batch, b.grain(batch), { x, ...window, y }))
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const { to: dx, gate } = target
    const { h, w, oh, ow, size, strides } = win
    const covers = Number(strides[0] === size[0] && strides[1] === size[1] && oh * size[0] === h && ow * size[1] === w)
    b.backward(batch =>
      kind === 'max'
        ? job('maxPoolGradient', batch, b.grain(batch), { x, ...window, y, dy, dx, relu: gate ? 1 : 0, covers })
        : job('averagePoolGradient', batch, b.grain(batch), { ...window, dy, dx, gate }),
    )
  }
}
