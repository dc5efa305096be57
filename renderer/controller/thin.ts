import type { TrainEvent } from '../../shared/engine/protocol.ts'
import type { Series } from '../store/runStore.ts'

/** Points of one line, and batch events of one run, that are kept at most; a run of any length then draws and saves quickly. */
export const MOST_POINTS = 10_000
/** Events between two looks at whether a long history can be thinned. */
const LOOK_EVERY = 1000

/** Thins a line that has grown too long, in place: what lies close together becomes its mean, at the last step, evenly over the run. */
export const thinSeries = ({ step, value }: Series): void => {
  if (step.length <= MOST_POINTS) return
  const width = (2 * (step.at(-1) ?? 1)) / MOST_POINTS
  let kept = 0
  for (let i = 0; i < step.length; ) {
    const place = Math.floor((step[i] as number) / width)
    let [sum, end] = [0, i]
    while (end < step.length && Math.floor((step[end] as number) / width) === place) sum += value[end++] as number
    step[kept] = step[end - 1] as number
    value[kept++] = sum / (end - i)
    i = end
  }
  step.length = value.length = kept
}

const isBatch = (event: TrainEvent): boolean => event.type === 'batch'

/** Takes every second batch event out of a history that holds too many, in place, looking once in a while; everything else that happened stays. */
export const thinHistory = (history: TrainEvent[]): void => {
  if (history.length <= MOST_POINTS || history.length % LOOK_EVERY > 0) return
  if (history.filter(isBatch).length <= MOST_POINTS) return
  let [kept, batches] = [0, 0]
  for (const event of history) if (!isBatch(event) || batches++ % 2 === 1) history[kept++] = event
  history.length = kept
}
