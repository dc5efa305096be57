import { fail, ok, type Result } from '../../result.ts'
import type { Backward } from '../backward.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { add, depthOf, eachGain } from '../lib/backward.ts'
import { grouped } from '../lib/format.ts'
import { shapeList } from '../lib/merge.ts'
import { torchAxis } from '../lib/torch.ts'
import { axisIn, eitherLayout, inputValues, op } from '../onnx.ts'
import { p } from '../params.ts'
import { type Shape, sizeOf } from '../shape.ts'

/** Position in a shape without batch of an axis counted as Keras does, where 0 is the batch and −1 the last one. */
const indexOf = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis - 1)

const axisOf = (shapes: readonly Shape[], axis: number): Result<number> => {
  const rank = shapes[0]?.length ?? 0
  const index = indexOf(axis, rank)
  if (axis !== 0 && index >= 0 && index < rank) return ok(index)
  const why = axis === 0 ? 'axis 0 is the batch' : `there is no axis ${axis} in ${shapeList(shapes.slice(0, 1))}`
  return fail('layer/no-such-axis', `Concatenate cannot join here: ${why}. Use -1 for the last axis.`, {
    param: 'axis',
    expected: `1 to ${rank}, or -1 to -${rank}`,
    received: String(axis),
    fixes: [{ kind: 'setParams', label: 'Use the last axis', node: '', params: { axis: -1 } }],
  })
}

/** Each value comes from one place of one input. */
const backward: Backward = {
  reads: [],
  back: ({ inputs, output, params }, { channel, gain }, into) => {
    const axis = Number(params.axis)
    const at = axis < 0 ? output.shape.length + axis : axis - 1
    const block = sizeOf(output.shape.slice(at + 1))
    const whole = output.shape[at] ?? 1
    // Which input each step along the joined axis came from, and where in it.
    const origin = inputs.flatMap(({ shape }, source) =>
      Array.from({ length: shape[at] ?? 0 }, (_, along) => ({ source, along, length: shape[at] ?? 0 })),
    )
    eachGain(gain, (place, g) => {
      const flat = place * depthOf(output.shape) + channel
      const rest = Math.floor(flat / block)
      const from = origin[rest % whole]
      if (from) add(into[from.source], (Math.floor(rest / whole) * from.length + from.along) * block + (flat % block), g)
    })
  },
}

/** Joins several tensors along one axis. */
export const concatenate = defineLayer({
  type: 'concatenate',
  title: 'Concatenate',
  category: 'merge',
  everyday: true,
  doc: 'Puts tensors side by side along one axis, by default channel after channel.',
  input: inputs.many,
  params: {
    axis: p.int({ label: 'Axis', help: 'Axis that grows: -1 is the last, 1 the first after the batch.', default: -1, min: -4, max: 4 }),
  },
  summary: v => (v.axis === -1 ? '' : `axis ${v.axis}`),
  shape(shapes, v) {
    const axis = axisOf(shapes, v.axis)
    if (!axis.ok) return axis
    const [first = []] = shapes
    const fits = (shape: Shape) => shape.length === first.length && shape.every((d, i) => i === axis.value || d === first[i])
    if (!shapes.every(fits))
      return fail(
        'layer/shapes-differ',
        `Concatenate needs tensors that differ only along axis ${v.axis}, but ${shapeList(shapes)} arrive: make them equal before.`,
        { expected: `equal shapes but for axis ${v.axis}`, received: shapeList(shapes) },
      )
    return ok(first.map((d, i) => (i === axis.value ? shapes.reduce((sum, shape) => sum + (shape[i] ?? 0), 0) : d)))
  },
  formula(shapes, output, v) {
    const i = indexOf(v.axis, output.length)
    return [
      {
        about: 'shape',
        expression: shapes.map(shape => shape[i]).join(' + '),
        result: grouped(output[i] ?? 0),
        legend: 'length of the joined axis = sum over the inputs',
      },
    ]
  },
  // tfjs takes every negative axis for the last one when it runs.
  build: (v, { tf, name, output }) => tf.layers.concatenate({ name, axis: indexOf(v.axis, output.length) + 1 }),
  plan: ([first], v) => [{ op: 'concatenate', axis: indexOf(v.axis, first?.length ?? 0) }],
  backward,
  onnx([first = [], ...more], v) {
    const index = indexOf(v.axis, first.length)
    return eitherLayout(layout => op('Concat', inputValues(more.length + 1), { axis: axisIn(layout, index, first.length) }))
  },
  keras: v => ({ name: 'layers.Concatenate', args: v.axis === -1 ? {} : { axis: v.axis } }),
  pytorch: (input, output, v) => ({
    forward: `torch.cat((${input.map((_, i) => `$${i + 1}`).join(', ')}), dim=${torchAxis(output, indexOf(v.axis, output.length))})`,
  }),
  cases: [
    {
      input: [
        [8, 8, 4],
        [8, 8, 6],
      ],
      params: {},
    },
    {
      input: [
        [3, 8, 4],
        [5, 8, 4],
      ],
      params: { axis: 1 },
    },
    {
      input: [
        [3, 8],
        [3, 2],
        [3, 1],
      ],
      params: { axis: -1 },
    },
    { input: [[5], [7]], params: { axis: 1 } },
    {
      input: [
        [3, 8, 4],
        [3, 2, 4],
      ],
      params: { axis: -2 },
    },
  ],
})
