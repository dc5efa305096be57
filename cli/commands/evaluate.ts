import { evaluate as evaluatePart } from '../../shared/engine/evaluate.ts'
import { fail, ok } from '../../shared/result.ts'
import { ASK_OPTIONS, open } from '../ask.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { table } from '../table.ts'
import { metricsText, scoreText } from '../trainReport.ts'

/** Measures a trained network on one part of its data. */
export const evaluate = defineCommand({
  name: 'evaluate',
  order: 5,
  summary: 'Measure a trained network: loss, metrics and confusion.',
  argument: { name: 'file', help: 'A trained .netloom file.' },
  options: { ...ASK_OPTIONS, ...JSON_OPTION },
  run: async (values, argument, io) => {
    const asked = await open(argument, values, io)
    if (!asked.ok) return asked
    const { session, objective, data, part } = asked.value
    const pace = { breathe: session.engine.breathe, stopping: () => io.signal.aborted }
    const found = await evaluatePart({ tf: session.engine.tf, objective, part: data[part], shape: data.shape, pace })
    if (!found) return fail('cli/stopped', 'Stopped before the end; nothing was measured.')
    const { loss, accuracy, count, confusion, metrics: measured } = found
    if (values.json) io.json({ loss, accuracy, count, confusion, metrics: measured })
    else {
      io.say(`${scoreText(found)} on ${count.toLocaleString('en-US')} samples (${part})`)
      io.say(metricsText(measured))
      const names = confusion.map((_, i) => data.classes[i] ?? String(i))
      if (confusion.length > 0 && confusion.length <= 20) {
        io.say('')
        io.say(
          table(
            ['true \\ said', ...names],
            confusion.map((row, i) => [names[i] ?? '', ...row]),
          ),
        )
      }
    }
    return ok(0)
  },
})
