import type { Pace } from './predict.ts'
import type { Evaluation, NamedWeight, Score } from './protocol.ts'
import type { Run } from './run.ts'

/** The end of an epoch whose weights and validation were asked for. */
export interface EpochEnd {
  readonly step: number
  readonly sums: Run['epochSums']
  readonly weights: Promise<readonly NamedWeight[]>
  /** The validation: under way on a graphics card, elsewhere begun by this. */
  validate(): Promise<Evaluation | null>
  /** Resolves when all that was asked for is there, or failed. */
  readonly answered: Promise<unknown>
}

/** Asks for the weights and the validation at the end of an epoch; comes back when steps may follow without changing either. */
export const askEpoch = async (run: Run, pace: Pace): Promise<EpochEnd> => {
  const { step, epochSums: sums, ahead } = run
  const weights = run.weights()
  // What went wrong shows when they are taken; nobody takes them after a failure before it.
  const there = weights.catch(() => undefined)
  let validation: Promise<Evaluation | null> | null = null
  if (ahead) {
    const sent = new Promise<void>(resolve => {
      validation = run.evaluate(pace, resolve)
      validation.then(
        () => resolve(),
        () => resolve(),
      )
    })
    // Until the weights come, steps are computed that nobody may have to wait for any more.
    await run.working(Promise.race([sent, there]))
    await sent
  }
  const answered = Promise.allSettled([weights, validation])
  return { step, sums, weights, validate: () => validation ?? run.evaluate(pace), answered }
}

/** Waits for an answer; on a graphics card steps are computed meanwhile. */
const waitFor = <T>(run: Run, answer: Promise<T>): Promise<T> => (run.ahead ? run.working(answer) : answer)

/** The weights of an epoch that was asked for, remembered as good. */
export const takeWeights = async (run: Run, { weights, step }: EpochEnd): Promise<readonly NamedWeight[]> => {
  const good = await waitFor(run, weights)
  run.keepGood(good, step)
  return good
}

/** The scores of an epoch that was asked for; no validation where there is none, or it was told to end. */
export const takeScores = async (run: Run, { sums, validate }: EpochEnd): Promise<{ train: Score; validation: Score | null }> => {
  const found = await waitFor(run, validate())
  const validation = found && {
    loss: found.loss,
    accuracy: found.accuracy,
    ...(found.metrics.mae === undefined ? {} : { mae: found.metrics.mae }),
  }
  return { train: run.score(sums), validation }
}
