import type { Call } from '../define.ts'
import type { TorchForm } from '../torch.ts'
import type { Activation } from './activations.ts'

type Kind = 'SimpleRNN' | 'LSTM' | 'GRU'

interface Recurrent {
  readonly units: number
  readonly activation: Activation
  readonly recurrentActivation?: Activation
  readonly returnSequences: boolean
  readonly goBackwards?: boolean
  readonly useBias: boolean
}

/** PyTorch's own module where it computes the same, which is fast on graphics cards, else the class of that name in the generated file. */
const recurrentModule = (kind: Kind, features: number, v: Recurrent): { module: Call; own: boolean } => {
  const sizes = { input_size: features, hidden_size: v.units, ...(v.useBias ? {} : { bias: false }) }
  if (kind === 'SimpleRNN' && (v.activation === 'tanh' || v.activation === 'relu'))
    return { module: { name: 'nn.RNN', args: { ...sizes, nonlinearity: v.activation, batch_first: true } }, own: false }
  if (kind === 'LSTM' && v.activation === 'tanh' && v.recurrentActivation === 'sigmoid')
    return { module: { name: 'nn.LSTM', args: { ...sizes, batch_first: true } }, own: false }
  const gates = kind === 'SimpleRNN' ? {} : { recurrent_activation: v.recurrentActivation ?? 'sigmoid' }
  return { module: { name: kind, args: { ...sizes, activation: v.activation, ...gates } }, own: true }
}

/** A recurrent layer of `gates` parts; Keras and PyTorch order the gates of an LSTM alike. */
export const torchRecurrent = (kind: Kind, gates: number, features: number, v: Recurrent): TorchForm => {
  const { module, own } = recurrentModule(kind, features, v)
  const end = own ? '' : '_l0'
  const read = `$m($1${v.goBackwards ? '.flip(1)' : ''})`
  return {
    modules: { '': module },
    forward: `${read}[0]${v.returnSequences ? '' : '[:, -1]'}`,
    weights: {
      kernel: { key: `.weight_ih${end}`, axes: [1, 0] },
      recurrent_kernel: { key: `.weight_hh${end}`, axes: [1, 0] },
      ...(v.useBias ? { bias: { key: own ? '.bias' : '.bias_ih_l0' } } : {}),
    },
    ...(v.useBias && !own ? { zeros: { '.bias_hh_l0': [gates * v.units] } } : {}),
  }
}

type Side = 'forward' | 'backward'

/** Every entry of a part of a form once per side. */
const twice = <V>(
  part: Readonly<Record<string, V>> | undefined,
  name: (side: Side, key: string) => string,
  value: (side: Side, own: V) => V = (_side, own) => own,
): Record<string, V> =>
  Object.fromEntries(
    (['forward', 'backward'] as const).flatMap(side => Object.entries(part ?? {}).map(([key, own]) => [name(side, key), value(side, own)])),
  )

interface Both {
  readonly returnSequences: boolean
  readonly mergeMode: 'concat' | 'sum' | 'mul' | 'ave'
}

/** A recurrent form that reads from both ends; `inner` is the name of the layer inside in the names of weights. */
export const torchBothWays = (one: TorchForm, inner: string, { returnSequences, mergeMode }: Both): TorchForm => {
  const ahead = one.forward.replace('$m', '$m__forward')
  const back = `${one.forward.replace('$m', '$m__backward').replace('$1', '$1.flip(1)')}${returnSequences ? '.flip(1)' : ''}`
  const merged = {
    concat: `torch.cat((${ahead}, ${back}), dim=-1)`,
    sum: `${ahead} + ${back}`,
    mul: `${ahead} * ${back}`,
    ave: `(${ahead} + ${back}) / 2`,
  }
  return {
    modules: twice(one.modules, side => `__${side}`),
    forward: merged[mergeMode],
    weights: twice(
      one.weights,
      (side, name) => `${side}_${inner}/${name}`,
      (side, own) => ({ ...own, key: `__${side}${own.key}` }),
    ),
    zeros: twice(one.zeros, (side, key) => `__${side}${key}`),
  }
}
