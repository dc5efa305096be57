import { matrixColumns, matrixRows } from '../../../../kernels/webgpu/matmul.ts'
import { lowerAffine } from './affine.ts'
import type { Lower } from './define.ts'

/** A fully connected layer over the last axis. */
export const lowerDense: Lower<'dense'> = (b, node) => {
  const columns = node.shape.at(-1) ?? 1
  const sum = node.inputShapes[0]?.at(-1) ?? 1
  const perSample = b.output(node).size / columns
  return lowerAffine(b, node, `dense ${node.id}`, {
    ...{ x: b.input(node), perSample, sum, columns },
    back: { perSample, columns: sum, sum: columns },
    ...{ forward: matrixRows('x', sum), turned: matrixColumns('x', sum), spread: matrixRows('dy', columns) },
    ...{ kernel: matrixColumns('w', columns), arriving: matrixColumns('dy', columns), turnedKernel: matrixRows('w', columns) },
  })
}
