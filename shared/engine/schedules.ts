import type { ScheduleId } from '../graph/document.ts'

/** How the learning rate moves over a run. */
export interface ScheduleDef {
  readonly id: ScheduleId
  readonly label: string
  /** One sentence for the tooltip. */
  readonly doc: string
  /** The share of the learning rate that holds after `progress` (0–1) of the run's steps. */
  factor(progress: number): number
}

/** Every learning-rate schedule. */
export const schedules: Readonly<Record<ScheduleId, ScheduleDef>> = {
  constant: { id: 'constant', label: 'Constant', doc: 'The learning rate stays as it is.', factor: () => 1 },
  linear: {
    id: 'linear',
    label: 'Linear to 0',
    doc: 'The learning rate falls evenly to 0 at the end of the last epoch.',
    factor: progress => 1 - progress,
  },
  cosine: {
    id: 'cosine',
    label: 'Cosine to 0',
    doc: 'The learning rate stays high first and settles smoothly to 0 at the end (Loshchilov and Hutter 2016).',
    factor: progress => (1 + Math.cos(Math.PI * progress)) / 2,
  },
}
