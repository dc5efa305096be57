import { job } from '../../../../kernels/wasm/program.ts'
import { before, imageOf, type Lower } from './define.ts'

/** Largest or mean value of windows. */
export const lowerPool: Lower<'pool'> = (b, node) => {
  const { kind, size, strides, padding } = node.op
  const { h: H, w: W, c: C } = imageOf(node.inputShapes[0] ?? [])
  const [OH = 1, OW = 1] = node.shape.length === 1 ? [1, 1] : node.shape
  const top = before(H, OH, size[0], strides[0], padding)
  const left = before(W, OW, size[1], strides[1], padding)
  const window = { H, W, C, FH: size[0], FW: size[1], SH: strides[0], SW: strides[1], top, left, OH, OW }
  const x = b.input(node).at
  const y = b.output(node).at
  b.forward(batch => job(kind === 'max' ? 'maxPool' : 'averagePool', batch, b.grain(batch), { x, ...window, y }))
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const { to: dx, gate } = target
    const covers = Number(strides[0] === size[0] && strides[1] === size[1] && OH * size[0] === H && OW * size[1] === W)
    b.backward(batch =>
      kind === 'max'
        ? job('maxPoolGradient', batch, b.grain(batch), { x, ...window, y, dy, dx, relu: gate ? 1 : 0, covers })
        : job('averagePoolGradient', batch, b.grain(batch), { ...window, dy, dx, gate }),
    )
  }
}
