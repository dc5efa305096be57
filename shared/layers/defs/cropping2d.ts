import { fail, ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { pairOf, pixelsFrom } from '../lib/backward.ts'
import { bordersFrom } from '../lib/borders.ts'
import { channelsFirst, ints, op, x } from '../onnx.ts'
import { p } from '../params.ts'
import { moved } from '../plan.ts'
import { dims } from '../shape.ts'

/** Cuts a border off. */
export const cropping2d = defineLayer({
  type: 'cropping2d',
  title: 'Cropping2D',
  category: 'reshape',
  doc: 'Cuts rows and columns off the border of an image.',
  input: inputs.image,
  params: {
    height: p.pair({ label: 'Top and bottom', help: 'Rows cut off above and below.', default: [1, 1], min: 0 }),
    width: p.pair({ label: 'Left and right', help: 'Columns cut off on the left and on the right.', default: [1, 1], min: 0 }),
  },
  fromKeras: bordersFrom('cropping'),
  summary({ height: [top, bottom], width: [left, right] }) {
    return top === bottom && left === right ? `${top}×${left}` : `${top}+${bottom} × ${left}+${right}`
  },
  shape([h, w, channels], { height: [top, bottom], width: [left, right] }) {
    const [outH, outW] = [h - top - bottom, w - left - right]
    if (outH >= 1 && outW >= 1) return ok([outH, outW, channels])
    return fail(
      'layer/crop-too-large',
      `Cutting ${top + bottom} rows and ${left + right} columns leaves nothing of the ${dims([h, w])} image that arrives: cut less.`,
      {
        param: outH < 1 ? 'height' : 'width',
        expected: `at most ${h - 1} rows and ${w - 1} columns`,
        received: `${top + bottom} rows and ${left + right} columns`,
      },
    )
  },
  formula: ([h, w], [outH, outW], { height: [top, bottom], width: [left, right] }) => [
    { about: 'shape', expression: `${h} − ${top} − ${bottom}`, result: String(outH), legend: 'height = input − top − bottom' },
    { about: 'shape', expression: `${w} − ${left} − ${right}`, result: String(outW), legend: 'width = input − left − right' },
  ],
  build: (v, { tf, name }) => tf.layers.cropping2D({ name, cropping: [[...v.height], [...v.width]] }),
  plan: ([h, w, channels], { height: [top, bottom], width: [left, right] }) =>
    moved(
      [h, w, channels],
      [
        [h - top - bottom, w * channels],
        [(w - left - right) * channels, 1],
      ],
      (top * w + left) * channels,
    ),
  backward: pixelsFrom((params, y, x) => [y + pairOf(params.height)[0], x + pairOf(params.width)[0]]),
  onnx: ([h, w], { height: [top, bottom], width: [left, right] }) =>
    channelsFirst(op('Slice', [x, ints(top, left), ints(h - bottom, w - right), ints(2, 3)])),
  keras: v => ({ name: 'layers.Cropping2D', args: { cropping: [v.height, v.width] } }),
  pytorch: ([h, w], _output, { height: [top, bottom], width: [left, right] }) => ({
    forward: `$1[:, :, ${top}:${h - bottom}, ${left}:${w - right}]`,
  }),
  cases: [
    { input: [[28, 28, 1]], params: {} },
    { input: [[5, 6, 2]], params: { height: [0, 1], width: [2, 0] } },
    { input: [[5, 6, 2]], params: { height: [2, 2], width: [0, 0] } },
  ],
})
