import type { Sequence } from '../inputs.ts'
import {
  cannot,
  channelsLast,
  ints,
  type OnnxAttribute,
  type OnnxForm,
  type OnnxRefusal,
  type OnnxValue,
  op,
  permuted,
  x,
} from '../onnx.ts'
import type { Activation } from './activations.ts'
import type { Recurrent } from './recurrent.ts'

/** ONNX's recurrent operators, and which of Keras's gates comes at each place of theirs: Keras has i f c o, ONNX i o f c. */
const GATES = { RNN: [0], GRU: [0, 1, 2], LSTM: [0, 3, 1, 2] } as const
export type Cell = keyof typeof GATES

/** An activation that ONNX's recurrent operators know, with the numbers it takes from their lists. */
interface Known {
  readonly name: string
  readonly alpha?: number
  readonly beta?: number
}
/** Without softplus, with which ONNX Runtime's GRU and LSTM give numbers that are not finite. */
const KNOWN: Partial<Record<Activation, Known>> = {
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  relu: { name: 'Relu' },
  elu: { name: 'Elu', alpha: 1 },
  sigmoid: { name: 'Sigmoid' },
  hardSigmoid: { name: 'HardSigmoid', alpha: 0.2, beta: 0.5 },
  tanh: { name: 'Tanh' },
  softsign: { name: 'Softsign' },
}

const activationsOf = (cell: Cell, v: Recurrent): readonly Activation[] => {
  const gate = v.recurrentActivation ?? 'sigmoid'
  return cell === 'RNN' ? [v.activation] : cell === 'GRU' ? [gate, v.activation] : [gate, v.activation, v.activation]
}

/** The activations as attributes; each takes as many of the numbers as it needs, in turn. */
const activationAttributes = (cell: Cell, v: Recurrent): Readonly<Record<string, OnnxAttribute>> => {
  const found = activationsOf(cell, v).flatMap(name => KNOWN[name] ?? [])
  const [alpha, beta] = [found.flatMap(f => f.alpha ?? []), found.flatMap(f => f.beta ?? [])]
  return {
    activations: found.map(f => f.name),
    ...(alpha.length ? { activation_alpha: { floats: alpha } } : {}),
    ...(beta.length ? { activation_beta: { floats: beta } } : {}),
  }
}

/** `[rows, gates · units]` of Keras as the `[1, gates · units, rows]` of ONNX, gate by gate in its order. */
const gateRows = (cell: Cell, units: number, rows: number, values: Float32Array): Float32Array => {
  const gates = GATES[cell]
  const byColumn = permuted(values, [rows, gates.length * units], [1, 0])
  const out = new Float32Array(values.length)
  gates.forEach((gate, i) => {
    out.set(byColumn.subarray(gate * units * rows, (gate + 1) * units * rows), i * units * rows)
  })
  return out
}

const gateWeights = (cell: Cell, units: number, name: string, rows: number): OnnxValue => ({
  kind: 'weights',
  of: [name],
  shape: [1, GATES[cell].length * units, rows],
  channels: 1,
  arrange: ([values = new Float32Array()]) => gateRows(cell, units, rows, values),
})

/** ONNX has a bias for the input and one for the state; the latter is 0. */
const gateBias = (cell: Cell, units: number, name: string): OnnxValue => ({
  kind: 'weights',
  of: [name],
  shape: [1, 2 * GATES[cell].length * units],
  arrange: ([values = new Float32Array()]) => {
    const out = new Float32Array(2 * values.length)
    out.set(gateRows(cell, units, 1, values))
    return out
  },
})

/** `[batch, steps, …]` from its last step to its first. */
const reversed = (value: OnnxValue): OnnxValue => op('Slice', [value, ints(-1), ints(-(2 ** 31)), ints(1), ints(-1)])

/** `[batch, steps, …]` as `[steps, batch, …]`, and back. */
const turned = (value: OnnxValue): OnnxValue => op('Transpose', [value], { perm: [1, 0, 2] })

/** One direction of a recurrent layer; `prefix` stands before the names of its weights. */
export const recurrentValue = (cell: Cell, [, features]: Sequence, v: Recurrent, prefix = ''): OnnxValue => {
  const bias = v.useBias ? [gateBias(cell, v.units, `${prefix}bias`)] : []
  const inputs = [
    turned(v.goBackwards ? reversed(x) : x),
    gateWeights(cell, v.units, `${prefix}kernel`, features),
    gateWeights(cell, v.units, `${prefix}recurrent_kernel`, v.units),
    ...bias,
  ]
  const attributes = { hidden_size: v.units, ...activationAttributes(cell, v) }
  if (!v.returnSequences) return op('Squeeze', [op(cell, inputs, attributes, 1), ints(0)])
  return turned(op('Squeeze', [op(cell, inputs, attributes), ints(1)]))
}

/** The form of a recurrent layer made of such values, unless its cell has an activation that ONNX does not know there. */
export const recurrentForm = (cell: Cell, v: Recurrent, value: OnnxValue): OnnxForm | OnnxRefusal => {
  const stranger = activationsOf(cell, v).find(name => !KNOWN[name])
  return stranger
    ? cannot(`ONNX has no recurrent layer with the activation "${stranger}"; choose tanh or another one`)
    : channelsLast(value)
}

/** Both directions of a layer that reads a sequence from both ends; the second one is brought to the order of the first. */
export const bothDirections = (cell: Cell, input: Sequence, v: Recurrent, name: string): readonly [OnnxValue, OnnxValue] => {
  const back = recurrentValue(cell, input, { ...v, goBackwards: true }, `backward_${name}/`)
  return [recurrentValue(cell, input, v, `forward_${name}/`), v.returnSequences ? reversed(back) : back]
}
