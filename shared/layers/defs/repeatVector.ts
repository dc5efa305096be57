import { ok } from '../../result.ts'
import { defineLayer } from '../define.ts'
import { inputs } from '../inputs.ts'
import { channelsLast, ints, op, x } from '../onnx.ts'
import { p } from '../params.ts'
import { moved } from '../plan.ts'

/** Repeats a vector as the steps of a sequence. */
export const repeatVector = defineLayer({
  type: 'repeatVector',
  title: 'RepeatVector',
  category: 'reshape',
  doc: 'Repeats one row of values as every step of a sequence, e.g. before a recurrent decoder.',
  input: inputs.vector,
  params: { n: p.int({ label: 'Repetitions', help: 'Number of steps of the sequence.', default: 2 }) },
  summary: v => `${v.n}×`,
  shape: ([size], v) => ok([v.n, size]),
  formula: ([size], _output, v) => [
    { about: 'shape', expression: `${v.n} times ${size}`, result: `${v.n}×${size}`, legend: '[repetitions, values]' },
  ],
  build: (v, { tf, name }) => tf.layers.repeatVector({ name, n: v.n }),
  plan: ([size], v) =>
    moved(
      [size],
      [
        [v.n, 0],
        [size, 1],
      ],
    ),
  onnx: (_input, v) => channelsLast(op('Tile', [op('Unsqueeze', [x, ints(1)]), ints(1, v.n, 1)])),
  keras: v => ({ name: 'layers.RepeatVector', args: { n: v.n } }),
  pytorch: (_input, _output, v) => ({ forward: `$1.unsqueeze(1).repeat(1, ${v.n}, 1)` }),
  cases: [
    { input: [[8]], params: {} },
    { input: [[3]], params: { n: 5 } },
  ],
})
