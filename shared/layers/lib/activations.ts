import { p } from '../params.ts'

/** The activations of tfjs, by their tfjs name; without gelu in its tanh form, which tfjs cannot read back from a saved model. */
export const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'gelu',
  'swish',
  'mish',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softmax',
  'softplus',
  'softsign',
] as const
export type Activation = (typeof ACTIVATIONS)[number]

/** Activations whose Keras 3 namesake computes something else: the slope of the hard sigmoid is 0.2 in tfjs and 1/6 in Keras. */
export const DIFFERS_IN_KERAS: readonly Activation[] = ['hardSigmoid']

/** Formula of each activation for one value x, as text. */
export const activationFormulas: Readonly<Record<Activation, string>> = {
  linear: 'x',
  relu: 'max(0, x)',
  relu6: 'min(max(0, x), 6)',
  elu: 'x if x > 0 else eˣ − 1',
  selu: '1.0507 · (x if x > 0 else 1.6733 · (eˣ − 1))',
  gelu: 'x · Φ(x)',
  swish: 'x / (1 + e⁻ˣ)',
  mish: 'x · tanh(ln(1 + eˣ))',
  sigmoid: '1 / (1 + e⁻ˣ)',
  hardSigmoid: 'min(max(0, 0.2 · x + 0.5), 1)',
  tanh: 'tanh(x)',
  softmax: 'eˣ / Σ eˣ',
  softplus: 'ln(1 + eˣ)',
  softsign: 'x / (1 + |x|)',
}

/** The activation parameter of layers that can end in one. */
export const activationParam = p.choice({
  label: 'Activation',
  help: 'Function applied to every output value; "linear" leaves it as it is.',
  values: ACTIVATIONS,
  default: 'linear',
})

/** Keras's name of an activation, e.g. `hard_sigmoid`. */
export const kerasActivation = (activation: Activation): string => activation.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** ` · relu` for summaries, nothing for linear. */
export const activationNote = (activation: Activation): string => (activation === 'linear' ? '' : ` · ${activation}`)
