import type { Head } from '../../shared/engine/losses.ts'
import { predict as run } from '../../shared/engine/predict.ts'
import { ok } from '../../shared/result.ts'
import { ASK_OPTIONS, type Asked, open } from '../ask.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { Io } from '../io.ts'
import { table } from '../table.ts'

/** One answer of the network. `label` and `actual` are class names; null where values are predicted. */
interface Prediction {
  readonly index: number
  readonly label: string | null
  readonly actual: string | null
  /** One number per output, as the network gives them. */
  readonly probabilities: readonly number[]
}

/** Class that one row of outputs stands for. */
const classOf = (head: Head, row: Float32Array): number =>
  head.kind === 'binary' ? Number((row[0] ?? 0) > 0.5) : row.indexOf(Math.max(...row))

const predictions = async ({ session, objective, data, part }: Asked, count: number): Promise<Prediction[]> => {
  const { inputs, targets } = data[part]
  const n = Math.min(count, data[part].count)
  const per = inputs.length / data[part].count
  const outputs = await run({
    tf: session.engine.tf,
    model: objective.model,
    inputs: inputs.subarray(0, n * per),
    count: n,
    shape: data.shape,
    pace: { breathe: session.engine.breathe },
  })
  const { kind, width } = objective.head
  const name = (index: number): string => data.classes[index] ?? String(index)
  return Array.from({ length: n }, (_, index) => {
    const row = outputs.subarray(index * width, (index + 1) * width)
    const classes = kind !== 'values'
    return {
      index,
      label: classes ? name(classOf(objective.head, row)) : null,
      actual: classes ? name(targets[index] ?? 0) : null,
      probabilities: Array.from(row),
    }
  })
}

const say = (rows: readonly Prediction[], io: Io): void => {
  const best = ({ label, probabilities }: Prediction): string =>
    label === null ? probabilities.map(v => v.toPrecision(5)).join(' ') : `${(100 * Math.max(...probabilities)).toFixed(1)} %`
  io.say(
    table(
      ['index', 'label', 'actual', 'probability'],
      rows.map(r => [r.index, r.label ?? '', r.actual ?? '', best(r)]),
    ),
  )
}

/** Asks a trained network about samples of its data. */
export const predict = defineCommand({
  name: 'predict',
  order: 6,
  summary: 'Ask a trained network about the first samples of its data.',
  argument: { name: 'file', help: 'A trained .netloom file.' },
  options: { ...ASK_OPTIONS, count: { kind: 'int', min: 1, max: 1_000_000, help: 'How many samples; 10 without it.' }, ...JSON_OPTION },
  run: async (values, argument, io) => {
    const asked = await open(argument, values, io)
    if (!asked.ok) return asked
    const rows = await predictions(asked.value, values.count ?? 10)
    if (values.json) io.json({ predictions: rows })
    else say(rows, io)
    return ok(0)
  },
})
