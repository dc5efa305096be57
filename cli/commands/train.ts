import { CLIPS, FITS, LOSSES, OPTIMIZERS, SCHEDULES, UNFREEZES } from '../../shared/graph/document.ts'
import { fail, failAll, type Issue, ok, type Result } from '../../shared/result.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { BACKEND_OPTION } from '../engine.ts'
import type { Io } from '../io.ts'
import { prepareOut } from '../save.ts'
import type { TrainOptions } from '../training.ts'
import { reporter } from '../trainReport.ts'

const OPTIONS = {
  data: { kind: 'text', hint: 'SPEC', help: 'A data set (digits, iris, …) or idx:DIR; without it the one of the project.' },
  epochs: { kind: 'int', min: 1, max: 1_000_000, help: 'How often to go through the data.' },
  batch: { kind: 'int', min: 1, max: 65_536, help: 'Samples per step.' },
  lr: { kind: 'float', min: 1e-9, max: 1000, help: 'Learning rate.' },
  schedule: { kind: 'choice', values: SCHEDULES, help: 'How the learning rate moves over the run.' },
  optimizer: { kind: 'choice', values: OPTIMIZERS, help: 'How gradients become new weights.' },
  'weight-decay': { kind: 'float', min: 0, max: 1, help: 'Share, times the learning rate, that each step takes off every weight.' },
  clip: {
    kind: 'choice',
    values: CLIPS,
    help: 'Whether gradients are kept short: by value, by weight tensor (norm) or as a whole (globalNorm).',
  },
  'clip-limit': { kind: 'float', min: 1e-9, max: 1e6, help: 'The largest value or length that --clip leaves.' },
  loss: { kind: 'choice', values: LOSSES, help: 'What is made small.' },
  seed: { kind: 'int', min: 0, max: 2 ** 31 - 1, help: 'Seed of initial weights, order and dropout; the split keeps its own.' },
  limit: { kind: 'int', min: 0, max: 1e9, help: 'Most samples to train on; 0 for all.' },
  augment: { kind: 'text', hint: 'NAME=STRENGTH,…', help: `Random changes to training pictures, e.g. shift=2,rotate=10; none for none.` },
  fit: { kind: 'choice', values: FITS, help: "How pictures of another size come to the shape of the network's input." },
  classes: { kind: 'text', hint: 'LIST', help: 'Classes to keep, by name or number, e.g. 0-4 or setosa,virginica; "" for all.' },
  'per-class': { kind: 'int', min: 0, max: 1e9, help: 'Most samples of each class to train on; 0 for all.' },
  'freeze-until': { kind: 'text', hint: 'NODE', help: 'Freeze this layer and all before it, and let the others learn.' },
  'new-head': { kind: 'flag', help: 'Put a new head for the classes of the data behind the frozen layers.' },
  'fine-tune': { kind: 'int', min: 0, max: 1_000_000, help: 'Epochs of a second phase in which frozen layers learn too; 0 for none.' },
  'fine-tune-lr': { kind: 'float', min: 1e-9, max: 1000, help: 'Learning rate of the second phase; without it a tenth of the first.' },
  unfreeze: { kind: 'choice', values: UNFREEZES, help: 'What the second phase sets free: all frozen layers or the upper half.' },
  ...BACKEND_OPTION,
  engine: { kind: 'choice', values: ['auto', 'tfjs'], help: 'auto trains by the fast engine where it can; tfjs switches it off.' },
  fresh: { kind: 'flag', help: 'Begin with new weights, though the file holds trained ones.' },
  out: { kind: 'text', hint: 'FILE.netloom', help: 'Where the trained network goes.' },
  ...JSON_OPTION,
} as const

/** A `.netloom.json` file has no room for weights. */
const checkOut = (out: string): Result<null> =>
  out.toLowerCase().endsWith('.json')
    ? fail('cli/no-weights-in-json', `${out} could not hold the weights; choose a name that ends in .netloom.`)
    : ok(null)

const run = async (
  options: TrainOptions & { out?: string | undefined; json: boolean },
  argument: string,
  io: Io,
): Promise<Result<number>> => {
  const { out, json } = options
  if (out !== undefined) {
    for (const check of [checkOut(out), await prepareOut(out)]) if (!check.ok) return check
  }
  const { openTraining } = await import('../training.ts')
  const opened = await openTraining(options, argument, io)
  if (!opened.ok) return opened
  const training = opened.value
  const report = json ? io.json : reporter(training.project.name, io)
  for await (const event of training.events()) {
    if (event.type === 'failed') return failAll([event.issue])
    const last = event.type === 'done' || event.type === 'stopped'
    const saved = last && out !== undefined ? await training.save(out) : null
    if (saved && !saved.ok) return saved
    report(json && saved ? { ...event, out } : event)
    if (saved && !json) io.note(`The ${event.type === 'done' ? 'trained network is' : 'network as trained so far is'} in ${out}.`)
  }
  return ok(0)
}

/** What `train --json` ends with when it could not train. */
const failedLine = (issue: Issue): object => ({ type: 'failed', code: issue.code, message: issue.message })

/** Trains a network on data. */
export const train = defineCommand({
  name: 'train',
  order: 4,
  summary: 'Train a network on data.',
  argument: { name: 'file|template', help: 'A .netloom or .netloom.json file, or the id of a template.' },
  options: OPTIONS,
  run: async (values, argument, io) => {
    const result = await run(values, argument, io)
    if (!result.ok && values.json) io.json(failedLine(result.issues[0]))
    return result
  },
})
