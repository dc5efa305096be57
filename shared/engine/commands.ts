import type { TrainCommand } from './protocol.ts'

/** Commands for a running training, read between two steps. */
export interface CommandQueue {
  push(command: TrainCommand): void
  /** The oldest command not yet read. */
  take(): TrainCommand | undefined
  /** True when a stop waits anywhere in the queue, so that long work can end early. */
  stopping(): boolean
  /** Resolves as soon as there is a command to take. */
  wait(): Promise<void>
}

/** Makes an empty queue. */
export const commandQueue = (): CommandQueue => {
  const waiting: TrainCommand[] = []
  let wake: (() => void) | null = null
  return {
    push: command => {
      waiting.push(command)
      wake?.()
      wake = null
    },
    take: () => waiting.shift(),
    stopping: () => waiting.some(command => command.type === 'stop'),
    wait: () =>
      waiting.length > 0
        ? Promise.resolve()
        : new Promise(resolve => {
            wake = resolve
          }),
  }
}
