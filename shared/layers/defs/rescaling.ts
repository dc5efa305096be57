import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eitherLayout, op, scalar, x } from '../onnx.ts'
import { p } from '../params.ts'
import { sizeOf } from '../shape.ts'

/** Brings values to another range by a fixed factor and offset. */
export const rescaling = defineLayer({
  type: 'rescaling',
  title: 'Rescaling',
  category: 'normalisation',
  doc: 'Multiplies every value by a fixed number and adds another, e.g. to bring bytes to 0–1 inside the network.',
  input: inputs.any,
  params: {
    scale: p.float({ label: 'Scale', help: 'Every value is multiplied by this; 0.0039216 is 1/255.', default: 1, step: 0.1 }),
    offset: p.float({ label: 'Offset', help: 'Added to every value after scaling.', default: 0, step: 0.1 }),
  },
  summary: v => `· ${v.scale}${v.offset ? ` + ${v.offset}` : ''}`,
  shape: input => ok(input),
  multiplyAdds: input => sizeOf(input),
  formula: (_input, _output, v) => [
    { about: 'output', expression: `x · ${v.scale} + ${v.offset}`, legend: 'output = input · scale + offset' },
  ],
  build: (v, { tf, name }) => tf.layers.rescaling({ name, scale: v.scale, offset: v.offset }),
  plan: (_input, v) => [{ op: 'rescale', scale: v.scale, offset: v.offset }],
  onnx: (_input, v) => eitherLayout(() => op('Add', [op('Mul', [x, scalar(v.scale)]), scalar(v.offset)])),
  keras: v => ({ name: 'layers.Rescaling', args: { scale: v.scale, ...(v.offset ? { offset: v.offset } : {}) } }),
  pytorch: (_input, _output, v) => ({ forward: `$1 * ${v.scale} + ${v.offset}` }),
  cases: [
    { input: [[8, 8, 3]], params: { scale: 0.25 } },
    { input: [[4]], params: { scale: 2, offset: -1 } },
  ],
})
