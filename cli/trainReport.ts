import { METRICS, metrics } from '../shared/engine/metrics.ts'
import type { Evaluation, Score, TrainEvent } from '../shared/engine/protocol.ts'
import type { Io } from './io.ts'
import { duration } from './progress.ts'

type Phase = Extract<TrainEvent, { type: 'phase' }>

const PHASES = { head: 'The head learns', fineTune: 'Fine-tuning' } as const

/** What a phase does, in one line, and what it saves. */
const phaseLines = ({ phase, epochs, learningRate, features, note }: Phase): readonly string[] => [
  `${PHASES[phase]}: ${epochs} epoch${epochs === 1 ? '' : 's'}, learning rate ${learningRate}.`,
  ...(features
    ? [
        `Outputs of ${features.layers} frozen layer${features.layers === 1 ? '' : 's'} computed once in ${duration(features.seconds)} and kept (${Math.ceil(features.bytes / 1e6)} MB).`,
      ]
    : []),
  ...(note ? [note] : []),
]

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

/** `loss 0.1234 · accuracy 96.50 %`; a regression has a mean absolute error in place of the accuracy. */
export const scoreText = ({ loss, accuracy, mae }: Score): string =>
  `loss ${loss.toFixed(4)}${Number.isFinite(accuracy) ? ` · accuracy ${percent(accuracy)}` : ''}${mae === undefined ? '' : ` · absolute error ${mae.toFixed(4)}`}`

/** All metrics in one line. */
export const metricsText = (measured: Evaluation['metrics']): string =>
  METRICS.flatMap(id => {
    const value = measured[id]
    return value === undefined ? [] : [`${metrics[id].label.toLowerCase()} ${metrics[id].share ? percent(value) : value.toFixed(4)}`]
  }).join(' · ')

const both = (train: Score, validation: Score | null): string =>
  `${scoreText(train)}${validation ? ` · validation ${scoreText(validation)}` : ''}`

/** Tells a person what training tells: a bar between the epochs, a line per epoch. */
export const reporter = (name: string, io: Io): ((event: TrainEvent) => void) => {
  let batches = 1
  let epochs = 1
  let uncached = 0
  let samples = 0
  return event => {
    switch (event.type) {
      case 'started': {
        ;({ batches, epochs } = event)
        samples = event.samples.train
        const { train, validation, test } = event.samples
        const count = (n: number): string => n.toLocaleString('en-US')
        io.note(
          `${name}: ${count(event.parameters)} parameters; ${count(train)} samples to train, ${count(validation)} to validate, ${count(test)} to test.`,
        )
        io.note(`Running on ${event.backend.backend}: ${event.backend.reason}`)
        return
      }
      case 'batch':
        return io.progress.show(
          event.step / (batches * epochs),
          `epoch ${event.epoch}/${epochs} · ${scoreText(event)} · ${Math.round(event.imagesPerSecond).toLocaleString('en-US')}/s`,
          event.secondsLeft,
        )
      case 'epoch': {
        io.say(`epoch ${event.epoch}/${epochs} · ${both(event.train, event.validation)} · ${event.seconds.toFixed(1)} s`)
        const rate = samples / Math.max(event.seconds, 1e-6)
        if (uncached > 0)
          io.note(
            `${Math.round(rate).toLocaleString('en-US')} samples per second, ${Math.round(uncached).toLocaleString('en-US')} without kept outputs: ${(rate / uncached).toFixed(1)} times as fast.`,
          )
        uncached = 0
        return
      }
      case 'features':
        return io.progress.show(event.done, `outputs of ${event.layers} frozen layers`)
      case 'phase':
        uncached = event.features?.uncached ?? 0
        for (const line of phaseLines(event)) io.note(line)
        return
      case 'changed':
        return io.note(`Step ${event.step}: learning rate ${event.from} → ${event.to}.`)
      case 'done':
        return io.say(
          `Done after ${duration(event.seconds)}: ${both(event.train, event.validation)} · ${Math.round(event.imagesPerSecond).toLocaleString('en-US')} samples per second.`,
        )
      case 'stopped':
        return io.note(`Stopped at step ${event.step}.`)
      default:
        return
    }
  }
}
