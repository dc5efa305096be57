import type { BuildContext, CallValue } from '../define.ts'
import { p } from '../params.ts'
import { type Activation, activationParam, kerasActivation } from './activations.ts'
import { unlessDefault } from './format.ts'
import { type Initialiser, kerasInitialiser } from './initialisers.ts'
import { kerasRegulariser } from './regularisers.ts'
import type { Padding, Window } from './window.ts'

type Pair = readonly [number, number]
interface Sliding {
  readonly kernelSize: Pair
  readonly strides: Pair
  readonly padding: Padding
}

/** What every two-dimensional convolution has, before its rarer parameters. */
export const convParams = {
  kernelSize: p.pair({ label: 'Kernel size', help: 'Height and width of the kernel in pixels.', default: [3, 3] }),
  strides: p.pair({ label: 'Strides', help: 'Step of the kernel in pixels, down and across.', default: [1, 1] }),
  padding: p.choice({
    label: 'Padding',
    help: '"same" adds a zero border that keeps the size at stride 1; "valid" adds none.',
    values: ['valid', 'same'],
    default: 'valid',
  }),
  activation: activationParam,
}

/** The window that its kernel slides over the image. */
export const convWindow = (v: Sliding, dilation: Pair = [1, 1]): Window => ({
  param: 'kernelSize',
  size: v.kernelSize,
  strides: v.strides,
  padding: v.padding,
  dilation,
})

/** Arguments of the tfjs layer that all convolutions share. */
export const convArgs = (v: Sliding & { readonly activation: Activation; readonly useBias: boolean }, { name }: BuildContext) => ({
  name,
  kernelSize: [v.kernelSize[0], v.kernelSize[1]] as [number, number],
  strides: [v.strides[0], v.strides[1]] as [number, number],
  padding: v.padding,
  activation: v.activation,
  useBias: v.useBias,
})

interface Optional {
  readonly strides?: Pair | number
  readonly padding?: Padding
  readonly dilationRate?: Pair | number
  readonly activation: Activation
  readonly useBias: boolean
  readonly kernelInitializer: Initialiser
  readonly l1?: number
  readonly l2?: number
}
/** Strides and dilation that Keras takes when none are given. */
const UNIT = ['1', '[1,1]']

/** Keras arguments of a layer with kernels, as far as they differ from the defaults; `kernels` are the names its kernels go by. */
export const kernelCall = (v: Optional, kernels: readonly string[] = ['kernel']): Record<string, CallValue> => ({
  ...(v.strides && !UNIT.includes(JSON.stringify(v.strides)) ? { strides: v.strides } : {}),
  ...(v.dilationRate && !UNIT.includes(JSON.stringify(v.dilationRate)) ? { dilation_rate: v.dilationRate } : {}),
  ...unlessDefault<CallValue>(
    { padding: v.padding ?? 'valid', activation: kerasActivation(v.activation), use_bias: v.useBias },
    { padding: 'valid', activation: 'linear', use_bias: true },
  ),
  ...Object.fromEntries(
    kernels.flatMap(kernel => {
      const regulariser = kerasRegulariser({ l1: v.l1 ?? 0, l2: v.l2 ?? 0 })
      return [
        ...(v.kernelInitializer === 'glorotUniform' ? [] : [[`${kernel}_initializer`, kerasInitialiser(v.kernelInitializer)]]),
        ...(regulariser ? [[`${kernel}_regularizer`, regulariser]] : []),
      ]
    }),
  ),
})
