/** One thing that was asked of a device. */
interface Question<T> {
  /** Steps that had been taken when it was asked. */
  readonly step: number
  arrived: boolean
  readonly take: () => T
}

/**
 * What was asked of a device and has not been taken yet, in order: training goes on meanwhile, so that a graphics card, which answers late, always has
 * something to do.
 */
export class Asked<T> {
  private readonly waiting: Question<T>[] = []

  /** Remembers what was asked after this many steps; `take` uses the answer. */
  add(step: number, answer: Promise<unknown>, take: () => T): void {
    const question: Question<T> = { step, arrived: false, take }
    const arrive = () => {
      question.arrived = true
    }
    // What went wrong shows when the answer is taken; nobody may take it after a failure before it.
    answer.then(arrive, arrive)
    this.waiting.push(question)
  }

  /** The oldest, to be taken now: because it has been answered, or because `most` steps have been taken since. */
  next(step: number, most: number): (() => T) | undefined {
    const [first] = this.waiting
    if (!first || !(first.arrived || step - first.step >= most)) return undefined
    this.waiting.shift()
    return first.take
  }
}
