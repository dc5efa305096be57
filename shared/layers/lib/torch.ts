import type { Call, CallValue } from '../define.ts'
import type { Shape } from '../shape.ts'
import type { TorchForm, TorchWeight } from '../torch.ts'
import type { Activation } from './activations.ts'

/** PyTorch expressions of the activations around an expression `x`; softmax runs along axis `dim`. */
const EXPRESSIONS: Readonly<Record<Activation, (x: string, dim: number) => string>> = {
  linear: x => x,
  relu: x => `F.relu(${x})`,
  relu6: x => `F.relu6(${x})`,
  elu: x => `F.elu(${x})`,
  selu: x => `F.selu(${x})`,
  gelu: x => `F.gelu(${x})`,
  swish: x => `F.silu(${x})`,
  mish: x => `F.mish(${x})`,
  sigmoid: x => `torch.sigmoid(${x})`,
  hardSigmoid: x => `torch.clamp(0.2 * ${x} + 0.5, 0, 1)`,
  tanh: x => `torch.tanh(${x})`,
  softmax: (x, dim) => `F.softmax(${x}, dim=${dim})`,
  softplus: x => `F.softplus(${x})`,
  softsign: x => `F.softsign(${x})`,
}

/** True for samples that PyTorch lays out as `[channels, height, width]`. */
export const isImage = (shape: Shape): boolean => shape.length === 3

/** An activation around an expression whose samples have this shape here. */
export const torchActivated = (activation: Activation, x: string, shape: Shape): string =>
  EXPRESSIONS[activation](x, isImage(shape) ? 1 : -1)

/** An expression with its channels brought last, as Netloom lays samples of this shape out. */
export const torchChannelsLast = (shape: Shape, x: string): string => (isImage(shape) ? `${x}.permute(0, 2, 3, 1)` : x)

/** The way back: an expression laid out as in Netloom, brought to PyTorch's order. */
export const torchChannelsFirst = (shape: Shape, x: string): string => (isImage(shape) ? `${x}.permute(0, 3, 1, 2)` : x)

/** Place in a batch `[batch, …]` of PyTorch of an axis counted from 0 in a sample of this shape here. */
export const torchAxis = (shape: Shape, index: number): number => (isImage(shape) ? ([2, 3, 1][index] ?? 0) : index + 1)

/** `nn.Parameter` filled with one value. */
export const torchParameter = (fill: 'zeros' | 'ones', size: Shape): Call => ({
  name: 'nn.Parameter',
  args: { data: { name: `torch.${fill}`, args: { size } } },
})

/** A window over one or two axes, as both convolutions and pools slide it. */
interface Sliding {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly dilation?: readonly number[]
}

/** Border of each axis, `[before, after]`: the smaller half before, as tfjs has it; none for "valid", whose windows fit. */
const borders = (input: Shape, output: Shape, { size, strides, dilation }: Sliding): [number, number][] =>
  size.map((k, i) => {
    const span = (k - 1) * (dilation?.[i] ?? 1) + 1
    const total = Math.max(((output[i] ?? 0) - 1) * (strides[i] ?? 1) + span - (input[i] ?? 0), 0)
    return [total >> 1, total - (total >> 1)]
  })

/** The border of a window: as module argument where both sides are alike, else as `F.pad` around its input. */
export const torchBorder = (input: Shape, output: Shape, window: Sliding) => {
  const sides = borders(input, output, window)
  const even = sides.every(([before, after]) => before === after)
  const some = sides.some(([, after]) => after > 0)
  const list = [...sides].reverse().flat().join(', ')
  return {
    even,
    args: (even && some ? { padding: sides.map(([before]) => before) } : {}) as Record<string, CallValue>,
    pad: (x: string, more = '') => (even ? x : `F.pad(${x}, (${list})${more})`),
  }
}

/** A one-dimensional operation on `[batch, channels, steps]`, for sequences `[batch, steps, features]`. */
export const alongSteps = (apply: (x: string) => string): string => `${apply('$1.transpose(1, 2)')}.transpose(1, 2)`

interface Conv extends Sliding {
  readonly filters: number
  readonly groups?: number
  readonly useBias: boolean
}

const unless = (value: readonly number[] | undefined, key: string): Record<string, CallValue> =>
  value?.some(n => n !== 1) ? { [key]: value } : {}

/** A convolution module and the padding its input wants; the shapes are `[…positions, channels]`. */
export const torchConv = (input: Shape, output: Shape, conv: Conv) => {
  const border = torchBorder(input, output, conv)
  const module: Call = {
    name: `nn.Conv${conv.size.length}d`,
    args: {
      in_channels: input.at(-1) ?? 0,
      out_channels: conv.filters,
      kernel_size: conv.size,
      ...unless(conv.strides, 'stride'),
      ...border.args,
      ...unless(conv.dilation, 'dilation'),
      ...((conv.groups ?? 1) > 1 ? { groups: conv.groups ?? 1 } : {}),
      ...(conv.useBias ? {} : { bias: false }),
    },
  }
  return { module, pad: border.pad }
}

/** Kernel and bias of one module; `axes` brings the kernel to PyTorch's order. */
export const torchKernel = (axes: readonly number[], useBias: boolean, at = ''): Record<string, TorchWeight> => ({
  kernel: { key: `${at}.weight`, axes },
  ...(useBias ? { bias: { key: `${at}.bias` } } : {}),
})

interface Pool {
  readonly poolSize: readonly number[]
  readonly strides: readonly number[]
}

/** A pool of `$1`, or of what `given` makes of it; a border neither wins a maximum nor counts in a mean. */
export const torchPool = (kind: 'max' | 'avg', input: Shape, output: Shape, v: Pool, given = '$1'): string => {
  const border = torchBorder(input, output, { size: v.poolSize, strides: v.strides })
  const pad = border.args.padding
    ? `, padding=(${(border.args.padding as readonly number[]).join(', ')}${v.poolSize.length > 1 ? '' : ','})`
    : ''
  const [size, stride] = [v.poolSize, v.strides].map(list => `(${list.join(', ')}${list.length > 1 ? '' : ','})`)
  const call = `F.${kind}_pool${v.poolSize.length}d`
  if (kind === 'max') return `${call}(${border.pad(given, ', value=float("-inf")')}, ${size}, ${stride}${pad})`
  if (border.even) return `${call}(${given}, ${size}, ${stride}${pad ? `${pad}, count_include_pad=False` : ''})`
  const share = (x: string) => `${call}(${border.pad(x)}, ${size}, ${stride})`
  return `(${share(given)} / ${share(`torch.ones_like(${given})`)})`
}

/** Centre and scale of a normalisation as PyTorch has them: in its module where it has both, else as parameters beside it. */
export const torchAffine = (
  norm: Call,
  flag: string,
  input: Shape,
  v: { readonly scale: boolean; readonly center: boolean },
  /** The module `$m` on `$1`, with its channels last. */
  applied: string,
) => {
  if (v.scale && v.center)
    return {
      modules: { '': norm },
      forward: torchChannelsFirst(input, applied),
      weights: { gamma: { key: '.weight' }, beta: { key: '.bias' } },
    }
  const size = input.slice(-1)
  const moved = `${applied}${v.scale ? ' * $m__gamma' : ''}${v.center ? ' + $m__beta' : ''}`
  return {
    modules: {
      '': { name: norm.name, args: { ...norm.args, [flag]: false } },
      ...(v.scale ? { __gamma: torchParameter('ones', size) } : {}),
      ...(v.center ? { __beta: torchParameter('zeros', size) } : {}),
    },
    forward: torchChannelsFirst(input, isImage(input) ? `(${moved})` : moved),
    weights: { ...(v.scale ? { gamma: { key: '__gamma' } } : {}), ...(v.center ? { beta: { key: '__beta' } } : {}) },
  } satisfies TorchForm
}

interface Recurrent {
  readonly units: number
  readonly activation: Activation
  readonly recurrentActivation?: Activation
  readonly returnSequences: boolean
  readonly goBackwards?: boolean
  readonly useBias: boolean
}

/** PyTorch's own module where it computes the same, which is fast on graphics cards, else the class of that name in the generated file. */
const recurrentModule = (kind: 'SimpleRNN' | 'LSTM' | 'GRU', features: number, v: Recurrent): { module: Call; own: boolean } => {
  const sizes = { input_size: features, hidden_size: v.units, ...(v.useBias ? {} : { bias: false }) }
  if (kind === 'SimpleRNN' && (v.activation === 'tanh' || v.activation === 'relu'))
    return { module: { name: 'nn.RNN', args: { ...sizes, nonlinearity: v.activation, batch_first: true } }, own: false }
  if (kind === 'LSTM' && v.activation === 'tanh' && v.recurrentActivation === 'sigmoid')
    return { module: { name: 'nn.LSTM', args: { ...sizes, batch_first: true } }, own: false }
  const gates = kind === 'SimpleRNN' ? {} : { recurrent_activation: v.recurrentActivation ?? 'sigmoid' }
  return { module: { name: kind, args: { ...sizes, activation: v.activation, ...gates } }, own: true }
}

/** A recurrent layer of `gates` parts; Keras and PyTorch order the gates of an LSTM alike. */
export const torchRecurrent = (kind: 'SimpleRNN' | 'LSTM' | 'GRU', gates: number, features: number, v: Recurrent): TorchForm => {
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
