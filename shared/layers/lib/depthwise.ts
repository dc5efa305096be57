import type { Formula, WeightSpec } from '../define.ts'
import type { Image } from '../inputs.ts'
import { p } from '../params.ts'
import { type Shape, sizeOf } from '../shape.ts'
import { grouped } from './format.ts'

interface Values {
  readonly kernelSize: readonly [number, number]
  readonly depthMultiplier: number
  readonly useBias: boolean
}

/** The parameter of convolutions that treat channels apart. */
export const depthMultiplierParam = p.int({ label: 'Depth multiplier', help: 'Number of kernels for each input channel.', default: 1 })

/** The kernel `[height, width, channels, multiplier]`. */
export const depthwiseWeights = ([, , channels]: Image, kernelSize: Shape, multiplier = 1): readonly WeightSpec[] => [
  { name: 'depthwise_kernel', shape: [...kernelSize, channels, multiplier], trainable: true },
]

/** Parameters and multiply–adds of a depthwise convolution spelled out. */
export const depthwiseFormulas = ([, , channels]: Image, output: Shape, v: Values): readonly Formula[] => {
  const [h, w] = v.kernelSize
  const perKernel = h * w + Number(v.useBias)
  const kernels = channels * v.depthMultiplier
  return [
    {
      about: 'parameters',
      expression: `${v.useBias ? `(${h}·${w} + 1)` : `${h}·${w}`}·${channels}${v.depthMultiplier > 1 ? `·${v.depthMultiplier}` : ''}`,
      result: grouped(perKernel * kernels),
      legend: `parameters = ${v.useBias ? '(kernel height · kernel width + bias)' : 'kernel height · kernel width'} · input channels${v.depthMultiplier > 1 ? ' · multiplier' : ''}`,
    },
    {
      about: 'output',
      expression: `${grouped(perKernel * kernels)} · ${output.slice(0, 2).join('·')}`,
      result: grouped(perKernel * sizeOf(output)),
      legend: 'multiply–adds for one sample = parameters · positions',
    },
  ]
}
