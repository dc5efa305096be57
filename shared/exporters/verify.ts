import type * as tf from '@tensorflow/tfjs'
import type { Verification } from '../engine/protocol.ts'
import { fail, ok, type Result } from '../result.ts'

/** Largest difference between an output of the original and of the export that counts as equal. */
export const TOLERANCE = 1e-4

/** Index of the largest of `units` values from `start`. */
const winner = (values: ArrayLike<number>, start: number, units: number): number => {
  let best = 0
  for (let i = 1; i < units; i++) if ((values[start + i] ?? 0) > (values[start + best] ?? 0)) best = i
  return best
}

/** Largest absolute difference; NaN as soon as a value on either side is not a number. */
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN))
    if (Number.isNaN(d)) return Number.NaN
    if (d > largest) largest = d
  }
  return largest
}

/** Compares two outputs `[samples, …]` of the same probe, value by value and class by class. */
export const compare = (runtime: string, samples: number, wanted: ArrayLike<number>, got: ArrayLike<number>): Verification => {
  const units = samples > 0 ? wanted.length / samples : 0
  let sameClass = wanted.length === got.length
  for (let s = 0; s < samples && sameClass; s++) sameClass = winner(wanted, s * units, units) === winner(got, s * units, units)
  return { runtime, samples, maxAbsDiff: wanted.length === got.length ? largestDifference(wanted, got) : Number.NaN, sameClass }
}

/** Outputs of a model for one tensor per input; the caller disposes of them. */
export const outputsOf = (model: tf.LayersModel, probes: readonly tf.Tensor[]): tf.Tensor[] => {
  const y = model.predict([...probes])
  return Array.isArray(y) ? y : [y]
}

/** Runs the probes, one `[samples, ...shape]` per input, through both models and compares every output; the worst one counts. */
export const verifyModels = async (
  runtime: string,
  wanted: tf.LayersModel,
  got: tf.LayersModel,
  probes: readonly tf.Tensor[],
): Promise<Result<Verification>> => {
  const samples = probes[0]?.shape[0] ?? 0
  const [a, b] = [outputsOf(wanted, probes), outputsOf(got, probes)]
  try {
    let worst: Verification = { runtime, samples, maxAbsDiff: 0, sameClass: a.length === b.length }
    for (const [i, left] of a.entries()) {
      const right = b[i]
      const found = compare(runtime, samples, await left.data(), right ? await right.data() : [])
      worst = {
        ...worst,
        maxAbsDiff: Math.max(found.maxAbsDiff, worst.maxAbsDiff),
        sameClass: worst.sameClass && found.sameClass,
      }
    }
    return judge(worst)
  } finally {
    for (const t of [...a, ...b]) t.dispose()
  }
}

/** Turns a proof that does not hold into an issue, so that a wrong export is never handed out. */
export const judge = (v: Verification): Result<Verification> =>
  v.samples > 0 && v.maxAbsDiff <= TOLERANCE && v.sameClass
    ? ok(v)
    : fail(
        'export/not-equal',
        v.samples > 0
          ? `The exported network does not compute the same as the original (largest difference ${v.maxAbsDiff} on ${v.samples} samples), so nothing was written.`
          : 'The export could not be proven because there is no sample to try it on, so nothing was written.',
        { expected: `at most ${TOLERANCE}`, received: String(v.maxAbsDiff) },
      )

/** The proof as one sentence for people. */
export const proofSentence = (v: Verification): string =>
  `Reloaded with ${v.runtime} and compared on ${v.samples} samples: largest difference ${v.maxAbsDiff === 0 ? '0' : v.maxAbsDiff.toExponential(1)}, every class the same.`
