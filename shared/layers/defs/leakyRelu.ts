import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { eachValue } from '../lib/backward.ts'
import { eitherLayout, float, op, x } from '../onnx.ts'
import { p } from '../params.ts'
import { sizeOf } from '../shape.ts'

/** Rectified linear unit that lets a share of negative values through (Maas et al. 2013). */
export const leakyRelu = defineLayer({
  type: 'leakyRelu',
  title: 'LeakyReLU',
  category: 'activation',
  doc: 'Keeps positive values and shrinks negative ones, so that no unit dies.',
  input: inputs.any,
  params: {
    negativeSlope: p.float({
      label: 'Negative slope',
      help: 'Negative values are multiplied by this.',
      default: 0.3,
      min: 0,
      max: 1,
      step: 0.05,
    }),
  },
  fromKeras: ({ alpha, ...rest }) => ({ negative_slope: alpha, ...rest }),
  summary: v => String(v.negativeSlope),
  shape: input => ok(input),
  multiplyAdds: input => sizeOf(input),
  formula: (_input, _output, v) => [{ about: 'output', expression: `x if x > 0 else ${v.negativeSlope} · x`, legend: 'for each value x' }],
  build: (v, { tf, name }) => tf.layers.leakyReLU({ name, alpha: v.negativeSlope }),
  plan: (_input, v) => [{ op: 'leaky', slope: v.negativeSlope }],
  backward: eachValue((x, { negativeSlope }) => (x > 0 ? 1 : Number(negativeSlope))),
  onnx: (_input, v) => eitherLayout(() => op('LeakyRelu', [x], { alpha: float(v.negativeSlope) })),
  keras: v => ({ name: 'layers.LeakyReLU', args: { negative_slope: v.negativeSlope } }),
  pytorch: (_input, _output, v) => ({ forward: `F.leaky_relu($1, ${v.negativeSlope})` }),
  cases: [
    { input: [[5, 3]], params: {} },
    { input: [[4, 4, 2]], params: { negativeSlope: 0.1 } },
  ],
})
