import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { pairOf, pixelsFrom } from '../lib/backward.ts'
import { bordersFrom } from '../lib/borders.ts'
import { channelsFirst, ints, op, x } from '../onnx.ts'
import { p } from '../params.ts'

/** Adds a border of zeros. */
export const zeroPadding2d = defineLayer({
  type: 'zeroPadding2d',
  title: 'ZeroPadding2D',
  category: 'reshape',
  doc: 'Adds a border of zeros around an image.',
  input: inputs.image,
  params: {
    height: p.pair({ label: 'Top and bottom', help: 'Rows of zeros above and below.', default: [1, 1], min: 0 }),
    width: p.pair({ label: 'Left and right', help: 'Columns of zeros on the left and on the right.', default: [1, 1], min: 0 }),
  },
  fromKeras: bordersFrom('padding'),
  summary({ height: [top, bottom], width: [left, right] }) {
    return top === bottom && left === right ? `${top}×${left}` : `${top}+${bottom} × ${left}+${right}`
  },
  shape: ([h, w, channels], { height: [top, bottom], width: [left, right] }) => ok([h + top + bottom, w + left + right, channels]),
  formula: ([h, w], [outH, outW], { height: [top, bottom], width: [left, right] }) => [
    { about: 'shape', expression: `${h} + ${top} + ${bottom}`, result: String(outH), legend: 'height = input + top + bottom' },
    { about: 'shape', expression: `${w} + ${left} + ${right}`, result: String(outW), legend: 'width = input + left + right' },
  ],
  build: (v, { tf, name }) => tf.layers.zeroPadding2d({ name, padding: [[...v.height], [...v.width]] }),
  plan: (_input, v) => [{ op: 'pad', top: v.height[0], left: v.width[0] }],
  backward: pixelsFrom((params, y, x) => [y - pairOf(params.height)[0], x - pairOf(params.width)[0]]),
  onnx: (_input, { height: [top, bottom], width: [left, right] }) =>
    channelsFirst(op('Pad', [x, ints(0, 0, top, left, 0, 0, bottom, right)])),
  keras: v => ({ name: 'layers.ZeroPadding2D', args: { padding: [v.height, v.width] } }),
  pytorch: (_input, _output, { height, width }) => ({ forward: `F.pad($1, (${[...width, ...height].join(', ')}))` }),
  cases: [
    { input: [[24, 24, 3]], params: { height: [3, 3], width: [3, 3] } },
    { input: [[5, 6, 2]], params: { height: [0, 1], width: [2, 0] } },
    { input: [[5, 6, 2]], params: {} },
  ],
})
