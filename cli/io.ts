import { type Progress, progressOn } from './progress.ts'

/** What a command may do to its surroundings. */
export interface Io {
  /** One line of text on stdout. */
  say(text: string): void
  /** One JSON document on stdout, on one line. */
  json(value: unknown): void
  /** One line on stderr, for people. */
  note(text: string): void
  readonly progress: Progress
  /** Fires on Ctrl+C, on termination, and when nobody reads stdout any more. */
  readonly signal: AbortSignal
}

const broken = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'EIO')

/** NaN and infinities have no place in JSON and become null, as JSON.stringify does; typed arrays become lists. */
const plain = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value)

/** Connects a command to this process. The first Ctrl+C asks the command to stop, the second one ends the process. */
export const processIo = (): Io & { readonly interrupted: () => boolean } => {
  const controller = new AbortController()
  let interrupted = false
  let closed = false
  const stop = (): void => {
    if (interrupted) process.exit(130)
    interrupted = true
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.on('error', error => {
    if (!broken(error)) throw error
    closed = true
    controller.abort()
  })
  process.stderr.on('error', error => {
    if (!broken(error)) throw error
  })
  const progress = progressOn(process.stderr)
  const write = (text: string): void => {
    if (closed) return
    progress.clear()
    process.stdout.write(`${text}\n`)
  }
  return {
    say: write,
    json: value => write(JSON.stringify(value, plain)),
    note: text => {
      progress.clear()
      process.stderr.write(`${text}\n`)
    },
    progress,
    signal: controller.signal,
    interrupted: () => interrupted,
  }
}
