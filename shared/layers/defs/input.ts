import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { grouped } from '../lib/format.ts'
import { p } from '../params.ts'
import { dims, sizeOf } from '../shape.ts'

/** Where the data enters. */
export const input = defineLayer({
  type: 'input',
  title: 'Input',
  category: 'io',
  everyday: true,
  doc: 'The place where data enters the network; its shape is that of one sample.',
  input: inputs.none,
  params: {
    shape: p.dims({
      label: 'Shape',
      help: 'Shape of one sample, e.g. 28×28×1 for a grey image [height, width, channels] or 4 for a table of four columns.',
      default: [28, 28, 1],
    }),
  },
  summary: v => dims(v.shape),
  shape: (_input, v) => ok(v.shape),
  formula: (_input, output) => [
    { about: 'shape', expression: output.join('·'), result: grouped(sizeOf(output)), legend: 'values in one sample' },
  ],
  keras: v => ({ name: 'layers.Input', args: { shape: v.shape } }),
  pytorch: () => ({ forward: '$1' }),
  cases: [
    { input: [], params: {} },
    { input: [], params: { shape: [4] } },
    { input: [], params: { shape: [8, 9, 3] } },
  ],
})
