import { channelAxis, eitherLayout, float, type Layout, type OnnxForm, type OnnxValue, op, scalar, x } from '../onnx.ts'
import type { Activation } from './activations.ts'

/** Each activation in ONNX's operators, with the constants that tfjs uses. */
const forms: Readonly<Record<Activation, (value: OnnxValue, layout: Layout) => OnnxValue>> = {
  linear: value => value,
  relu: value => op('Relu', [value]),
  relu6: value => op('Clip', [value, scalar(0), scalar(6)]),
  elu: value => op('Elu', [value]),
  selu: value => op('Selu', [value]),
  gelu: value =>
    op('Mul', [op('Mul', [value, scalar(0.5)]), op('Add', [op('Erf', [op('Mul', [value, scalar(Math.SQRT1_2)])]), scalar(1)])]),
  swish: value => op('Mul', [value, op('Sigmoid', [value])]),
  mish: value => op('Mul', [value, op('Tanh', [op('Softplus', [value])])]),
  sigmoid: value => op('Sigmoid', [value]),
  hardSigmoid: value => op('HardSigmoid', [value], { alpha: float(0.2), beta: float(0.5) }),
  tanh: value => op('Tanh', [value]),
  softmax: (value, layout) => op('Softmax', [value], { axis: channelAxis(layout) }),
  softplus: value => op('Softplus', [value]),
  softsign: value => op('Softsign', [value]),
}

/** A value, activated. */
export const activate = (kind: Activation, value: OnnxValue, layout: Layout): OnnxValue => forms[kind](value, layout)

/** The form of a layer that is nothing but an activation. */
export const activationForm = (kind: Activation): OnnxForm => eitherLayout(layout => activate(kind, x, layout))

/** The form of a layer that only does something while training. */
export const identityForm: OnnxForm = eitherLayout(() => x)

/** The form of a layer that merges its inputs value by value with one operator. */
export const mergeForm = (name: string, values: readonly OnnxValue[]): OnnxForm => eitherLayout(() => op(name, values))
