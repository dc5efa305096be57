import type * as tf from '@tensorflow/tfjs'
import type { Verification } from '../engine/protocol.ts'
import { fail, ok, type Result } from '../result.ts'

/** Largest difference between an output of the original and of the export that counts as equal, in units of the largest output above 1. */
export const TOLERANCE = 1e-4
/** Outputs of one sample that differ by less are equally large: another runtime may order them otherwise. */
const TIE = 1e-6

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

const largestOf = (values: ArrayLike<number>): number => {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0))
  return largest
}

/** Compares two outputs `[samples, …]` of the same probe, value by value and class by class; `classless` says that it holds no classes. */
export const compare = (
  runtime: string,
  samples: number,
  wanted: ArrayLike<number>,
  got: ArrayLike<number>,
  classless = false,
): Verification => {
  const alike = wanted.length === got.length
  const units = samples > 0 ? wanted.length / samples : 0
  const largest = largestOf(wanted)
  let agreeing = 0
  for (let start = 0; start < samples * units && alike; start += units) {
    const [here, there] = [wanted[start + winner(wanted, start, units)] ?? 0, wanted[start + winner(got, start, units)] ?? 0]
    if (here - there <= TIE * Math.max(1, Math.abs(here))) agreeing += 1
  }
  const maxAbsDiff = alike ? largestDifference(wanted, got) : Number.NaN
  return {
    runtime,
    samples,
    maxAbsDiff,
    ...(largest > 1 ? { largest } : {}),
    ...sameness(agreeing, samples, alike, classless || units === 1),
  }
}

type Sameness = Pick<Verification, 'sameClass' | 'agreeing' | 'classless'>

const sameness = (agreeing: number, samples: number, alike: boolean, classless: boolean): Sameness => ({
  ...(alike && agreeing === samples ? { sameClass: true } : { sameClass: false, agreeing }),
  ...(classless ? { classless } : {}),
})

/** Outputs of a model for one tensor per input; the caller disposes of them. */
export const outputsOf = (model: tf.LayersModel, probes: readonly tf.Tensor[]): tf.Tensor[] => {
  const y = model.predict([...probes])
  return Array.isArray(y) ? y : [y]
}

/** Values of every output of a model for one tensor per input. */
export const runModel = async (model: tf.LayersModel, probes: readonly tf.Tensor[]): Promise<readonly ArrayLike<number>[]> => {
  const outputs = outputsOf(model, probes)
  try {
    return await Promise.all(outputs.map(t => t.data()))
  } finally {
    for (const t of outputs) t.dispose()
  }
}

/** Differences count by the size of the output they are in; what is not a number is worst. */
const badness = ({ maxAbsDiff, largest = 1 }: Verification): number =>
  Number.isNaN(maxAbsDiff) ? Number.POSITIVE_INFINITY : maxAbsDiff / largest

const worse = (a: Verification, b: Verification): Verification => {
  const agreeing = Math.min(a.agreeing ?? a.samples, b.agreeing ?? b.samples)
  const { runtime, samples } = a
  const { maxAbsDiff, largest } = badness(a) >= badness(b) ? a : b
  const size = largest === undefined ? {} : { largest }
  const classless = a.classless === true && b.classless === true
  return { runtime, samples, maxAbsDiff, ...size, ...sameness(agreeing, samples, a.sameClass && b.sameClass, classless) }
}

/** Whether a layer puts out scores of classes. */
const scoresClasses = (layer: tf.layers.Layer | undefined): boolean =>
  layer?.getClassName() === 'Softmax' || ['softmax', 'sigmoid'].includes(String(layer?.getConfig().activation))

/** Runs the probes, one `[samples, ...shape]` per input, through a model and anything that answers alike; the worst output counts. */
export const verifyRun = async (
  runtime: string,
  wanted: tf.LayersModel,
  probes: readonly tf.Tensor[],
  run: () => Promise<readonly ArrayLike<number>[]>,
): Promise<Verification> => {
  const samples = probes[0]?.shape[0] ?? 0
  const left = outputsOf(wanted, probes)
  try {
    const right = await run()
    let worst: Verification = { runtime, samples, maxAbsDiff: 0, ...sameness(samples, samples, left.length === right.length, true) }
    for (const [i, output] of left.entries()) {
      const classless = !scoresClasses(wanted.outputLayers[i])
      worst = worse(worst, compare(runtime, samples, await output.data(), right[i] ?? [], classless))
    }
    return worst
  } finally {
    for (const t of left) t.dispose()
  }
}

/** Runs the probes through both models and compares every output. */
export const verifyModels = async (
  runtime: string,
  wanted: tf.LayersModel,
  got: tf.LayersModel,
  probes: readonly tf.Tensor[],
): Promise<Result<Verification>> => {
  return judge(await verifyRun(runtime, wanted, probes, () => runModel(got, probes)))
}

/** Turns a proof that does not hold into an issue, so that a wrong export is never handed out; rounded weights need only give numbers. */
export const judge = (v: Verification): Result<Verification> => {
  const holds = v.rounded
    ? Number.isFinite(v.maxAbsDiff)
    : v.maxAbsDiff <= TOLERANCE * (v.largest ?? 1) && (v.sameClass || v.classless === true)
  if (v.samples > 0 && holds) return ok(v)
  return fail(
    'export/not-equal',
    v.samples > 0
      ? `The exported network does not compute the same as the original (largest difference ${v.maxAbsDiff} on ${v.samples} samples), so nothing was written.`
      : 'The export could not be proven because there is no sample to try it on, so nothing was written.',
    { expected: v.rounded ? 'numbers' : `at most ${TOLERANCE * (v.largest ?? 1)}`, received: String(v.maxAbsDiff) },
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

/** What rounded weights changed, as sentences for people that follow the proof; empty when nothing was rounded. */
export const roundingSentence = ({ rounded, accuracy }: Verification): string => {
  if (!rounded) return ''
  const why = ` A difference is expected: the weights were rounded to ${rounded === 'int8' ? '8 bits' : 'float16'}.`
  if (!accuracy) return why
  return `${why} Accuracy on ${accuracy.samples} held-out samples: ${percent(accuracy.before)} before, ${percent(accuracy.after)} after.`
}

const classesSentence = ({ sameClass, classless, agreeing = 0, samples }: Verification): string => {
  if (classless) return ''
  return sameClass ? ', every class the same' : `, ${agreeing} of ${samples} classes the same`
}

/** The proof as one sentence for people. */
export const proofSentence = (v: Verification): string =>
  `Reloaded with ${v.runtime} and compared on ${v.samples} samples: largest difference ${v.maxAbsDiff === 0 ? '0' : v.maxAbsDiff.toExponential(1)}${classesSentence(v)}.${roundingSentence(v)}`
