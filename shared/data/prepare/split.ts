import type { DataChoice } from '../../graph/document.ts'
import { fail, ok, type Result } from '../../result.ts'
import { mixSeed, type Rng, rng } from '../../rng.ts'
import type { RawData, Samples } from '../define.ts'

/** Sample indices of each part, ascending. `test` points into the source's own test part when it has one, else into `train`, like the others. */
export interface Split {
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
  readonly ownTest: boolean
}

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`

/** Groups indices by class, or all in one group for regression. */
const groupsOf = (targets: Samples['targets'], indices: Int32Array, classes: number): number[][] => {
  const groups: number[][] = Array.from({ length: Math.max(classes, 1) }, () => [])
  for (const index of indices) groups[classes ? (targets[index] ?? 0) : 0]?.push(index)
  return groups
}

/** Takes `share` of every group at random, at most all but `keep`; rounding is carried on, so that the whole comes out right. */
const take = (groups: number[][], share: number, keep: number, random: Rng): { taken: Int32Array; rest: Int32Array } => {
  const taken: number[] = []
  const rest: number[] = []
  let carry = 0
  for (const group of groups) {
    random.shuffle(group)
    carry += group.length * share
    const count = Math.min(Math.max(Math.round(carry), 0), Math.max(group.length - keep, 0))
    carry -= count
    taken.push(...group.slice(0, count))
    rest.push(...group.slice(count))
  }
  return { taken: Int32Array.from(taken).sort(), rest: Int32Array.from(rest).sort() }
}

/** At most this many of every class, at random; 0 leaves all. */
const cap = (groups: number[][], most: number, random: Rng): Int32Array =>
  Int32Array.from(groups.flatMap(group => (most > 0 && group.length > most ? random.shuffle(group).slice(0, most) : group))).sort()

const picked = ({ inputs, targets, count }: Samples, chosen: Int32Array): Samples => {
  const [size, width] = [inputs.length / count, targets.length / count]
  const kept = inputs instanceof Uint8Array ? new Uint8Array(chosen.length * size) : new Float32Array(chosen.length * size)
  const wanted = new Float32Array(chosen.length * width)
  chosen.forEach((from, to) => {
    kept.set(inputs.subarray(from * size, (from + 1) * size), to * size)
    wanted.set(targets.subarray(from * width, (from + 1) * width), to * width)
  })
  return { inputs: kept, targets: wanted, count: chosen.length }
}

/** The data without samples that no part uses, so that nothing is done to them in vain; as they are where all are used. */
export const onlyUsed = (raw: RawData, split: Split): { readonly raw: RawData; readonly split: Split } => {
  const parts = split.ownTest ? [split.train, split.validation] : [split.train, split.validation, split.test]
  const used = Int32Array.from(parts.flatMap(part => [...part])).sort()
  if (used.length === raw.train.count) return { raw, split }
  const place = new Map(Array.from(used, (from, to) => [from, to]))
  const moved = (indices: Int32Array): Int32Array => indices.map(index => place.get(index) ?? 0)
  const { train, validation, test, ownTest } = split
  return {
    raw: { ...raw, train: picked(raw.train, used) },
    split: { train: moved(train), validation: moved(validation), test: ownTest ? test : moved(test), ownTest },
  }
}

const checkChoice = (choice: DataChoice, ownTest: boolean): Result<null> => {
  const test = ownTest ? 0 : choice.test
  for (const [name, share] of [
    ['validation', choice.validation],
    ['test', test],
  ] as const) {
    if (!(share >= 0 && share < 1))
      return fail('data/share', `The ${name} share is ${share}, but it must be at least 0 and less than 1.`, {
        param: name,
        received: String(share),
      })
  }
  if (choice.validation + test >= 1) {
    const message = `${percent(choice.validation)} for validation and ${percent(test)} for testing leave nothing to train on: together they must stay under 100 %.`
    return fail('data/share', message, { param: 'validation' })
  }
  if (!Number.isSafeInteger(choice.perClass) || choice.perClass < 0)
    return fail('data/per-class', `The limit per class is ${choice.perClass}, but it must be a whole number, 0 for all.`, {
      param: 'perClass',
    })
  if (Number.isSafeInteger(choice.limit) && choice.limit >= 0) return ok(null)
  return fail('data/limit', `The limit of training samples is ${choice.limit}, but it must be a whole number, 0 for all.`, {
    param: 'limit',
  })
}

/** Splits by seed so that every class has the same share in each part; a class never loses its last sample to validation or test. `perClass` and `limit` then keep that many training samples, the limit again of all classes alike. */
export const splitData = (raw: RawData, choice: DataChoice): Result<Split> => {
  const ownTest = raw.test !== undefined
  const checked = checkChoice(choice, ownTest)
  if (!checked.ok) return checked
  const classes = raw.classes.length
  const { targets, count } = raw.train
  const group = (indices: Int32Array) => groupsOf(targets, indices, classes)
  const random = (what: string) => rng(mixSeed(choice.seed, what))
  const all = Int32Array.from({ length: count }, (_, i) => i)
  const first = ownTest
    ? { taken: Int32Array.from({ length: raw.test?.count ?? 0 }, (_, i) => i), rest: all }
    : take(group(all), choice.test, 1, random('test'))
  // The share is of all samples, so what is left after the test part gives a larger part of itself.
  const share = first.rest.length ? Math.min((choice.validation * count) / first.rest.length, 1) : 0
  const second = take(group(first.rest), share, 1, random('validation'))
  const capped = classes ? cap(group(second.rest), choice.perClass, random('perClass')) : second.rest
  const limited = choice.limit > 0 && choice.limit < capped.length
  const train = limited ? take(group(capped), choice.limit / capped.length, 0, random('limit')).taken : capped
  return ok({ train, validation: second.taken, test: first.taken, ownTest })
}
