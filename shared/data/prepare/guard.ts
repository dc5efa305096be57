import { sizeOf } from '../../layers/shape.ts'
import { fail, ok, type Result } from '../../result.ts'
import type { RawData, Samples } from '../define.ts'
import { badValue } from './normalise.ts'

/** Refuses NaN and infinite inputs with their place; bytes are always finite. */
const checkFinite = (raw: RawData, { inputs }: Samples, part: string): Result<null> => {
  if (inputs instanceof Uint8Array) return ok(null)
  const bad = inputs.findIndex(value => !Number.isFinite(value))
  const size = sizeOf(raw.shape)
  return bad < 0 ? ok(null) : badValue(raw, part, Math.floor(bad / size), bad % size, inputs[bad] ?? Number.NaN)
}

/** Checks that a part's arrays fit its count, that inputs are numbers and that class indices exist. */
const checkSamples = (raw: RawData, samples: Samples, part: string): Result<null> => {
  const { inputs, targets, count } = samples
  if (inputs.length !== count * sizeOf(raw.shape)) {
    return fail(
      'data/wrong-size',
      `The ${part} data announces ${count} samples of ${sizeOf(raw.shape)} values, but holds ${inputs.length} values.`,
    )
  }
  if (raw.classes.length ? targets.length !== count : count > 0 && targets.length % count !== 0) {
    return fail('data/wrong-size', `The ${part} data holds ${count} samples, but ${targets.length} targets.`)
  }
  const finite = checkFinite(raw, samples, part)
  if (!finite.ok) return finite
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i] ?? Number.NaN
    const good = raw.classes.length ? Number.isInteger(target) && target >= 0 && target < raw.classes.length : Number.isFinite(target)
    if (good) continue
    const wanted = raw.classes.length ? `a class from 0 to ${raw.classes.length - 1}` : 'a finite number'
    return fail('data/label-out-of-range', `Target ${i + 1} of the ${part} data is ${target}, but ${wanted} was expected.`, {
      where: `${part}[${i}]`,
    })
  }
  return ok(null)
}

/** Refuses raw data that no network could learn from, whatever made it. */
export const checkRaw = (raw: RawData): Result<null> => {
  const train = checkSamples(raw, raw.train, 'training')
  if (!train.ok) return train
  const test = raw.test ? checkSamples(raw, raw.test, 'test') : ok(null)
  if (!test.ok) return test
  if (raw.train.count + (raw.test?.count ?? 0) === 0) return fail('data/empty', 'This data source holds no samples.')
  return ok(null)
}

/** Refuses training samples of a single class: there is nothing to tell apart. */
export const checkClasses = (raw: RawData, training: Int32Array): Result<null> => {
  if (!raw.classes.length || !training.length) return ok(null)
  const first = raw.train.targets[training[0] ?? 0] ?? 0
  if (training.some(index => raw.train.targets[index] !== first)) return ok(null)
  const name = raw.classes[first] ?? String(first)
  const message = `Every training sample is of class “${name}”, so there is nothing to tell apart: use samples of at least two classes, or raise the limit.`
  return fail('data/one-class', message)
}
