import { p } from '../params.ts'

/** Every activation of tfjs, by its tfjs name. */
export const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'gelu',
  'gelu_new',
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

/** Activations that Keras 3 has no string for that means the same: tfjs's hard sigmoid has slope 0.2 (Keras: 1/6), `gelu_new` is the tanh form. */
export const NOT_IN_KERAS: readonly Activation[] = ['gelu_new', 'hardSigmoid']

/** Formula of each activation for one value x, as text. */
export const activationFormulas: Readonly<Record<Activation, string>> = {
  linear: 'x',
  relu: 'max(0, x)',
  relu6: 'min(max(0, x), 6)',
  elu: 'x if x > 0 else eˣ − 1',
  selu: '1.0507 · (x if x > 0 else 1.6733 · (eˣ − 1))',
  gelu: 'x · Φ(x)',
  gelu_new: '0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))',
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
