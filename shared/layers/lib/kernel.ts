import type { Formula, WeightSpec } from '../define.ts'
import { p } from '../params.ts'
import { type Shape, sizeOf } from '../shape.ts'
import { grouped } from './format.ts'

/** The bias parameter of layers with a kernel. */
export const useBiasParam = p.bool({ label: 'Bias', help: 'Learn one offset per output.', default: true, advanced: true })

/** Kernel and, if wanted, bias: the weights of Conv2D and Dense. The last dimension of the kernel counts the outputs. */
export const kernelWeights = (kernel: Shape, useBias: boolean): readonly WeightSpec[] => [
  { name: 'kernel', shape: kernel, trainable: true },
  ...(useBias ? [{ name: 'bias', shape: [kernel.at(-1) ?? 0], trainable: true }] : []),
]

/** Parameters of such a layer: (product of the kernel without outputs + bias) · outputs. */
export const kernelCount = (kernel: Shape, useBias: boolean): number =>
  (sizeOf(kernel.slice(0, -1)) + (useBias ? 1 : 0)) * (kernel.at(-1) ?? 0)

/** Parameters and multiply–adds spelled out; `positions` are the places the kernel is applied at, e.g. `[24, 24]`. */
export const kernelFormulas = (kernel: Shape, useBias: boolean, positions: Shape, legend: string): readonly Formula[] => {
  const inner = kernel.slice(0, -1).join('·')
  const count = kernelCount(kernel, useBias)
  const at = positions.length ? `${grouped(count)} · ${positions.join('·')}` : grouped(count)
  return [
    {
      about: 'parameters',
      expression: useBias ? `(${inner} + 1)·${kernel.at(-1)}` : `${inner}·${kernel.at(-1)}`,
      result: grouped(count),
      legend: `parameters = ${legend}`,
    },
    {
      about: 'output',
      expression: at,
      result: grouped(count * sizeOf(positions)),
      legend: `multiply–adds for one sample = parameters${positions.length ? ' · positions' : ''}`,
    },
  ]
}
