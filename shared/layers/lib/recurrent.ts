import { ok, type Result } from '../../result.ts'
import type { BuildContext, CallValue, Formula, WeightSpec } from '../define.ts'
import type { Sequence } from '../inputs.ts'
import { p } from '../params.ts'
import type { Shape } from '../shape.ts'
import { type Activation, activationParam, kerasActivation } from './activations.ts'
import { grouped, unlessDefault } from './format.ts'
import { type Initialiser, initialiser, initialiserParam, kerasInitialiser } from './initialisers.ts'
import { useBiasParam } from './kernel.ts'
import { orthogonalInitialiser } from './orthogonal.ts'

/** The activation of gates. */
export const recurrentActivationParam = p.choice({
  ...activationParam,
  label: 'Recurrent activation',
  help: 'Function of the gates, which decide between 0 and 1 what is kept.',
  default: 'sigmoid',
  advanced: true,
})

/** What all recurrent layers have, before their rarer parameters. */
export const recurrentParams = {
  units: p.int({ label: 'Units', help: 'Number of values that the layer remembers and gives out.', default: 32 }),
  activation: p.choice({ ...activationParam, help: 'Function applied to the new state.', default: 'tanh' }),
  returnSequences: p.bool({
    label: 'Return sequences',
    help: 'Give the output of every step, which a further recurrent layer needs, and not of the last one only.',
    default: false,
  }),
}

/** Their rarer parameters. */
export const recurrentMore = {
  useBias: useBiasParam,
  kernelInitializer: initialiserParam,
}

/** Reads the sequence from its end. */
export const goBackwardsParam = p.bool({
  label: 'Go backwards',
  help: 'Read the sequence from its end to its beginning.',
  default: false,
  advanced: true,
})

/** The values that the rules below work with. */
export interface Recurrent {
  readonly units: number
  readonly activation: Activation
  readonly recurrentActivation?: Activation
  readonly returnSequences: boolean
  readonly goBackwards?: boolean
  readonly useBias: boolean
  readonly kernelInitializer: Initialiser
}

/** Output `[steps, units]` or `[units]`. */
export const recurrentShape = ([steps]: Sequence, v: Recurrent): Result<Shape> => ok(v.returnSequences ? [steps, v.units] : [v.units])

/** Kernel, recurrent kernel and bias for a cell of `gates` parts of `units` columns each. */
export const recurrentWeights =
  (gates: number) =>
  ([, features]: Sequence, v: Recurrent): readonly WeightSpec[] => [
    { name: 'kernel', shape: [features, gates * v.units], trainable: true },
    { name: 'recurrent_kernel', shape: [v.units, gates * v.units], trainable: true },
    ...(v.useBias ? [{ name: 'bias', shape: [gates * v.units], trainable: true }] : []),
  ]

/** Parameters: gates · (features + units + bias) · units. */
export const recurrentCount = (gates: number, features: number, v: Recurrent): number =>
  gates * (features + v.units + Number(v.useBias)) * v.units

/** Every parameter is used once per step. */
export const recurrentAdds =
  (gates: number) =>
  ([steps, features]: Sequence, _output: Shape, v: Recurrent): number =>
    steps * recurrentCount(gates, features, v)

/** Parameters and cost spelled out, after what the cell computes. */
export const recurrentFormulas =
  (gates: number, cell: (v: Recurrent) => readonly Formula[]) =>
  ([steps, features]: Sequence, _output: Shape, v: Recurrent): readonly Formula[] => {
    const count = recurrentCount(gates, features, v)
    const parts = gates > 1 ? `${gates}·` : ''
    return [
      {
        about: 'parameters',
        expression: `${parts}(${features} + ${v.units}${v.useBias ? ' + 1' : ''})·${v.units}`,
        result: grouped(count),
        legend: `parameters = ${gates > 1 ? 'gates · ' : ''}(features + units${v.useBias ? ' + bias' : ''}) · units`,
      },
      {
        about: 'output',
        expression: `${grouped(count)} · ${steps}`,
        result: grouped(count * steps),
        legend: 'multiply–adds for one sample = parameters · steps',
      },
      ...cell(v),
    ]
  }

/** Arguments of the tfjs layer. */
export const recurrentArgs = (v: Recurrent, ctx: BuildContext) => ({
  name: ctx.name,
  units: v.units,
  activation: v.activation,
  ...(v.recurrentActivation ? { recurrentActivation: v.recurrentActivation } : {}),
  returnSequences: v.returnSequences,
  goBackwards: v.goBackwards ?? false,
  useBias: v.useBias,
  kernelInitializer: initialiser(v.kernelInitializer, ctx),
  recurrentInitializer: orthogonalInitialiser(ctx),
})

/** Keras arguments, as far as they differ from the defaults. */
export const recurrentCall = (v: Recurrent): Record<string, CallValue> => ({
  units: v.units,
  ...unlessDefault<CallValue>(
    {
      activation: kerasActivation(v.activation),
      recurrent_activation: kerasActivation(v.recurrentActivation ?? 'sigmoid'),
      return_sequences: v.returnSequences,
      go_backwards: v.goBackwards ?? false,
      use_bias: v.useBias,
      kernel_initializer: kerasInitialiser(v.kernelInitializer),
    },
    {
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      return_sequences: false,
      go_backwards: false,
      use_bias: true,
      kernel_initializer: 'glorot_uniform',
    },
  ),
})

/** `32`, with what else matters. */
export const recurrentSummary = (v: Recurrent): string =>
  `${v.units}${v.activation === 'tanh' ? '' : ` · ${v.activation}`}${v.returnSequences ? ' · sequences' : ''}`

/** Cases of the contract test. */
export const recurrentCases: readonly { readonly input: readonly Shape[]; readonly params: Partial<Recurrent> }[] = [
  { input: [[28, 28]], params: { units: 16 } },
  { input: [[6, 3]], params: { units: 4, returnSequences: true } },
  { input: [[5, 2]], params: { units: 3, useBias: false, goBackwards: true, kernelInitializer: 'heNormal' } },
  { input: [[4, 2]], params: { units: 1, activation: 'relu' } },
]
