import type { EngineMessage, NamedWeight, TrainEvent } from './protocol.ts'
import { transferables } from './transfer.ts'

/** A frame of the window, ms, and how many messages of a training it is sent at once in that time; what more happens is sent together. */
const FRAME = 16
const FREELY = 4
/** What can happen thousands of times a second in a small network. */
const FREQUENT: readonly TrainEvent['type'][] = ['batch', 'epoch']

/** Tells the window of one training, not more often than it can draw: every event, and of the epochs that are told together the weights of the last. */
export class Telling {
  private readonly run: number
  private readonly post: (message: EngineMessage, transfer: ArrayBuffer[]) => void
  private events: TrainEvent[] = []
  private kept: { readonly epoch: number; readonly weights: readonly NamedWeight[] } | null = null
  private began = Number.NEGATIVE_INFINITY
  private sent = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(run: number, post: Telling['post']) {
    this.run = run
    this.post = post
  }

  /** The weights that an epoch ended with; they are copied when they are sent, before the epoch is told. */
  keep(epoch: number, weights: readonly NamedWeight[]): void {
    this.kept = { epoch, weights }
  }

  tell(event: TrainEvent): void {
    this.events.push(event)
    const now = performance.now()
    if (now - this.began >= FRAME) {
      this.began = now
      this.sent = 0
    }
    if (this.sent < FREELY || !FREQUENT.includes(event.type)) this.send()
    else this.timer ??= setTimeout(() => this.send(), this.began + FRAME - now)
  }

  private send(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.sent += 1
    const { run, events, kept } = this
    this.events = []
    this.kept = null
    if (kept) {
      const weights = kept.weights.map(weight => ({ ...weight, values: weight.values.slice() }))
      this.post({ kind: 'weights', run, epoch: kept.epoch, weights }, transferables(weights))
    }
    this.post({ kind: 'train', run, events }, [])
  }
}
