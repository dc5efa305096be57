/** Part of the time that looking inside may take while a training runs. */
const SHARE = 0.025
/** Longest that the first look of a run keeps the next one waiting, ms: it also prepares what later ones use. */
const FIRST = 500
/** Longest that looks together keep the next live one waiting, ms, unless one alone costs more: while paused, many are free. */
const MOST = 2000
/** Longest that one look keeps the next live one waiting, ms: strips that stand still for longer look broken, whatever they cost. */
const LONGEST = 10_000
/** How long the steps after a look may be slower for its sake, ms: the window draws what was seen, on the same processor. */
const AFTER = 200
/** What is lost in those steps counts at most so many times the look itself, for or against it: steps that come in bursts say little over so short a time. */
const MOST_AFTER = 10
/** How fast the time of a step is learned, once there have been some: on a graphics card it comes in bursts. */
const LEARNING = 0.01
/** How fast what the steps after a look lose is learned: one look says little, steps differ by more than they lose. */
const LEARNING_LOST = 0.1
/** Each so many looks, steps that none slows down are waited for, so that their time is known. */
const REST_EVERY = 8

/**
 * Paces live looks inside a training by what they cost: the time that they take, less the steps that went on meanwhile, as on a graphics card, and
 * what the steps after them lose. Times in ms.
 */
export class LookPace {
  private readonly now: () => number
  private open = 0
  private began = 0
  private stepsThen = 0
  private steps = 0
  private lastStep = Number.NaN
  private stepTime = 0
  /** Steps from which its time was learned. */
  private clean = 0
  private looks = 0
  private ended = Number.NEGATIVE_INFINITY
  private rest = 0
  /** What the look that ended last took, and what the steps after it have lost so far. */
  private cost = 0
  private lost = 0
  /** What the steps after a look lose by what earlier ones lost. */
  private losing = 0

  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** To be told of every step of the training. */
  stepped(): void {
    const now = this.now()
    const took = now - this.lastStep
    // Steps beside a look are slower; what a step takes is learned from the others.
    if (this.open === 0 && took >= 0 && this.lastStep > this.ended) {
      if (this.lastStep > this.ended + AFTER) {
        this.clean += 1
        this.stepTime += Math.max(1 / this.clean, LEARNING) * (took - this.stepTime)
      } else if (this.clean > 0) this.lost += took - this.stepTime
    }
    this.lastStep = now
    this.steps += 1
  }

  /** How long the last look keeps the next live one waiting. */
  private get waiting(): number {
    const all = Math.min(this.rest + Math.max(0, this.losing) * (1 / SHARE - 1), Math.max(this.rest, LONGEST))
    return this.looks % REST_EVERY === 0 ? Math.max(all, 2 * AFTER) : all
  }

  /** Whether it is time for a live look, with at least `every` ms between two. */
  due(every: number): boolean {
    return this.open === 0 && this.now() >= this.ended + Math.max(every, this.waiting)
  }

  /** Takes a look and remembers what it cost, whoever asked for it. */
  async look<T>(work: () => Promise<T>): Promise<T> {
    if (this.open++ === 0) {
      this.began = this.now()
      this.stepsThen = this.steps
    }
    try {
      return await work()
    } finally {
      if (--this.open === 0) this.end()
    }
  }

  private end(): void {
    const now = this.now()
    const cost = Math.max(0, now - this.began - (this.steps - this.stepsThen) * this.stepTime)
    // What an earlier look still owes is not forgiven by a later one that was asked for.
    const owed = Math.max(0, this.ended + this.waiting - now)
    const most = MOST_AFTER * this.cost
    this.losing += Math.max(1 / Math.max(1, this.looks), LEARNING_LOST) * (Math.max(-most, Math.min(most, this.lost)) - this.losing)
    this.cost = cost
    this.lost = 0
    const own = Math.min(cost * (1 / SHARE - 1), LONGEST)
    this.rest = Math.min(owed + own, Math.max(own, MOST))
    if (this.looks++ === 0) this.rest = Math.min(this.rest, FIRST)
    this.ended = now
  }
}
