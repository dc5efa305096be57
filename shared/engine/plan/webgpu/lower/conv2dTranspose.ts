import { columnParts, columnSums, totalOf } from '../../../../kernels/webgpu/columns.ts'
import { patches, spread, turnedKernel, turnedPatches } from '../../../../kernels/webgpu/convolution.ts'
import { matrixColumns, product } from '../../../../kernels/webgpu/matmul.ts'
import { convolutionOf } from '../../window.ts'
import { RELU } from '../builder.ts'
import { type Binding, eachOf } from '../job.ts'
import { kernelAndBias, lowerKernelGradient } from './affine.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/**
 * The input gradient of a convolution as a layer: what is an image for that convolution is the output here, and what it puts out is the input.
 * Factors keep the names that they have there.
 */
export const lowerConv2dTranspose: Lower<'conv2dTranspose'> = (b, node) => {
  const { kernel, bias } = kernelAndBias(b, node)
  const win = convolutionOf(node.op, node.shape, node.inputShapes[0] ?? [])
  const { h, w, c, oh, ow, n, size } = win
  const taps = size[0] * size[1]
  const name = `transposed convolution ${node.id}`
  const x = b.input(node)
  const { range: y, size: floats } = b.output(node)
  const weights: Binding = { name: 'w', range: kernel.group }
  const forward = {
    ...{ name, rows: { perSample: h * w }, columns: c, sum: { fixed: taps * n }, a: spread(win), b: turnedKernel(win) },
    store: `${bias ? `v += w[${kernel.floats}u + n];` : ''} y[m * ${c}u + n] = ${node.relu ? RELU : 'v'};`,
  }
  const bindings = [{ name: 'dy', range: x.range }, weights, { name: 'y', range: y, written: true }]
  b.forward({ ...product(forward, b.batch), bindings })
  return dy => {
    if (kernel.grads) {
      const factors = { turned: turnedPatches(win), arriving: matrixColumns('dy', n) }
      const shape = { x: { range: dy, size: floats }, perSample: oh * ow, sum: taps * c, columns: n }
      lowerKernelGradient(b, name, { ...shape, ...factors }, x.range, kernel.grads, false)
    }
    if (bias?.grads) {
      const parts = columnParts(h * w * b.batch, c)
      const sums = b.scratch(parts * 2 * c)
      b.backward({
        ...columnSums({ name: `${name} bias sums`, rows: h * w, columns: c, parts, sums: 2, value: 'let u = dy[i]; let v = 0.0;' }),
        bindings: [
          { name: 'dy', range: dy },
          { name: 'result', range: sums, written: true },
        ],
      })
      const grads = { name: 'grads', range: bias.grads, written: true }
      const body = `    ${totalOf(c, parts)} grads[${bias.at}u + i] = total.x;`
      b.backward(eachOf(`${name} bias gradient`, c, [{ name: 'sums', range: sums }, grads], body))
    }
    const target = b.inputGradient(node)
    if (!target) return
    const back = {
      ...{ name: `${name} input gradient`, rows: { perSample: oh * ow }, columns: n, sum: { fixed: taps * c } },
      ...{ a: patches(win), b: matrixColumns('w', n) },
      store: `let i = m * ${n}u + n; ${gated(target.gate)}`,
    }
    b.backward({ ...product(back, b.batch), bindings: [{ name: 'x', range: dy }, weights, ...targetBindings(target)] })
  }
}
