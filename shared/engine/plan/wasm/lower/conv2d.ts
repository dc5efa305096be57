import { convolutionOf } from '../../window.ts'
import { directConvolution } from './convDirect.ts'
import { winogradConvolution, worthWinograd } from './convWinograd.ts'
import type { Lower } from './define.ts'

/** A convolution: by Winograd's algorithm where that saves work, else directly. */
export const lowerConv2d: Lower<'conv2d'> = (b, node) => {
  const win = convolutionOf(node.op, node.inputShapes[0] ?? [], node.shape)
  return worthWinograd(win) ? winogradConvolution(b, node, win) : directConvolution(b, node, win)
}
