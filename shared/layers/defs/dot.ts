import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { shapeList } from '../lib/merge.ts'
import { channelsLast, inputValues, ints, type OnnxValue, op, scalar } from '../onnx.ts'
import { p } from '../params.ts'
import { stepsOf, type Vectors } from '../plan.ts'
import { dims, type Shape, sizeOf } from '../shape.ts'

/** Position in a shape without batch of an axis counted as Keras does, where 0 is the batch and −1 the last one. */
const indexOf = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis - 1)
const without = (shape: Shape, index: number): Shape => shape.filter((_, i) => i !== index)

/** One letter per axis, `k` for the one that is summed over. */
const lettersOf = (shape: Shape, index: number, letters: string): string => shape.map((_, i) => (i === index ? 'k' : letters[i])).join('')

/** The vectors along axis `index` of a tensor of one or two dimensions. */
const vectorsIn = (shape: Shape, index: number): Vectors => {
  const steps = stepsOf(shape)
  const other = shape.length - 1 - index
  return { count: shape.length > 1 ? (shape[other] ?? 1) : 1, step: shape.length > 1 ? (steps[other] ?? 0) : 0, along: steps[index] ?? 1 }
}

/** Brings the vectors along axis `index` to length 1; very short ones are left short, as in tfjs. */
const unitLength = (value: OnnxValue, index: number): OnnxValue => {
  const squares = op('ReduceSum', [op('Mul', [value, value]), ints(index + 1)])
  return op('Div', [value, op('Sqrt', [op('Max', [squares, scalar(1e-7)])])])
}

/** Dot products of two tensors along one axis. */
export const dot = defineLayer({
  type: 'dot',
  title: 'Dot',
  category: 'merge',
  doc: 'Multiplies two tensors along one axis and adds up, e.g. to compare two vectors.',
  input: inputs.two,
  params: {
    axes: p.int({
      label: 'Axis',
      help: 'Axis that is summed over in both: -1 is the last, 1 the first after the batch.',
      default: -1,
      min: -2,
      max: 2,
    }),
    normalize: p.bool({
      label: 'Normalize',
      help: 'Bring both to length 1 first, which gives the cosine of the angle between them.',
      default: false,
    }),
  },
  // One axis for both inputs, or the same one said twice.
  fromKeras: ({ axes, ...rest }) => ({ ...rest, axes: Array.isArray(axes) && axes[0] === axes[1] ? axes[0] : axes }),
  summary: v => `${v.axes === -1 ? '' : `axis ${v.axes}`}${v.normalize ? ' cosine' : ''}`.trim(),
  shape([a, b], { axes }) {
    const [i, j] = [indexOf(axes, a.length), indexOf(axes, b.length)]
    const [sizeA, sizeB] = [a[i], b[j]]
    if (axes === 0 || sizeA === undefined || sizeB === undefined)
      return fail(
        'layer/no-such-axis',
        `Dot cannot sum here: ${axes === 0 ? 'axis 0 is the batch' : `there is no axis ${axes} in ${shapeList([a, b])}`}. Use -1 for the last axis.`,
        {
          param: 'axes',
          expected: 'an axis that both have',
          received: String(axes),
          fixes: [{ kind: 'setParams', label: 'Use the last axis', node: '', params: { axes: -1 } }],
        },
      )
    if (sizeA !== sizeB)
      return fail(
        'layer/shapes-differ',
        `Dot needs tensors as long as each other along axis ${axes}, but ${shapeList([a, b])} arrive: make them equal before.`,
        {
          expected: `equal length along axis ${axes}`,
          received: shapeList([a, b]),
        },
      )
    const out = [...without(a, i), ...without(b, j)]
    return ok(out.length ? out : [1])
  },
  multiplyAdds: ([a], output, { axes }) => sizeOf(output) * (a[indexOf(axes, a.length)] ?? 0),
  formula: ([a, b], output, { axes }) => [
    { about: 'shape', expression: `${dims(a)} · ${dims(b)}`, result: dims(output), legend: 'what is left of both without the summed axis' },
    { about: 'output', expression: `Σ x1 · x2 over ${a[indexOf(axes, a.length)]} values`, legend: 'sum along the axis' },
  ],
  build: (v, { tf, name }) => tf.layers.dot({ name, axes: v.axes, normalize: v.normalize }),
  plan([a, b], { axes, normalize }) {
    const [i, j] = [indexOf(axes, a.length), indexOf(axes, b.length)]
    return [{ op: 'dot', length: a[i] ?? 1, sides: [vectorsIn(a, i), vectorsIn(b, j)], unit: normalize }]
  },
  onnx([a, b], v) {
    const [i, j] = [indexOf(v.axes, a.length), indexOf(v.axes, b.length)]
    const [left, right] = [lettersOf(a, i, 'pq'), lettersOf(b, j, 'rs')]
    const rest = `${left}${right}`.replaceAll('k', '')
    const values = inputValues(2).map((value, n) => (v.normalize ? unitLength(value, [i, j][n] ?? 0) : value))
    const product = op('Einsum', values, { equation: `b${left},b${right}->b${rest}` })
    return channelsLast(rest === '' ? op('Unsqueeze', [product, ints(1)]) : product)
  },
  keras: v => ({ name: 'layers.Dot', args: { axes: v.axes, ...(v.normalize ? { normalize: true } : {}) } }),
  pytorch([a, b], _output, { axes, normalize }) {
    const unit = (name: string) => (normalize ? `F.normalize(${name}, dim=${axes})` : name)
    if (a.length + b.length === 2) return { forward: `(${unit('$1')} * ${unit('$2')}).sum(dim=1, keepdim=True)` }
    const letters = (shape: Shape, own: string) => shape.map((_, i) => (i === indexOf(axes, shape.length) ? 'i' : own)).join('')
    const left = [letters(a, 'x'), letters(b, 'y')]
    const out = left.join('').replaceAll('i', '')
    return { forward: `torch.einsum("n${left[0]},n${left[1]}->n${out}", ${unit('$1')}, ${unit('$2')})` }
  },
  cases: [
    { input: [[6], [6]], params: {} },
    { input: [[6], [6]], params: { normalize: true } },
    {
      input: [
        [4, 6],
        [3, 6],
      ],
      params: {},
    },
    {
      input: [
        [5, 2],
        [5, 3],
      ],
      params: { axes: 1, normalize: true },
    },
    { input: [[4, 6], [6]], params: {} },
    { input: [[6], [4, 6]], params: {} },
  ],
})
