import { fail, ok, type Result } from '../../result.ts'
import type { RawData, Samples } from '../define.ts'

/** `0-4`: whole numbers from one to another. */
const RANGE = /^(\d{1,4})-(\d{1,4})$/

/** Reads classes as people write them: `0-4`, `5,7,9`, `setosa, virginica`; an empty text means all. */
export const parseClasses = (text: string): readonly string[] =>
  text
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
    .flatMap(entry => {
      const [, from, to] = RANGE.exec(entry) ?? []
      if (from === undefined || to === undefined || Number(to) < Number(from)) return [entry]
      return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => String(Number(from) + i))
    })

/** A number as a range brings it back: without zeros before it. */
const isPlain = (name: string | undefined): boolean => /^(0|[1-9]\d{0,3})$/.test(name ?? '')

/** Writes classes the short way: `0-4`, `5,7,9`. */
export const classesText = (classes: readonly string[]): string => {
  const runs: string[][] = []
  for (const name of classes) {
    const last = runs.at(-1)
    if (last && isPlain(name) && isPlain(last.at(-1)) && String(Number(last.at(-1)) + 1) === name) last.push(name)
    else runs.push([name])
  }
  return runs.map(run => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',')
}

/** Place of a wanted class among the names: by name, else by number from 0; −1 when there is none. */
const placeOf = (names: readonly string[], wanted: string): number => {
  const named = names.indexOf(wanted)
  const number = /^\d{1,4}$/.test(wanted) ? Number(wanted) : -1
  return named >= 0 ? named : number < names.length ? number : -1
}

/** The names of the classes that are left, in the order of the new labels; all when none is chosen. */
export const keptClasses = (names: readonly string[], wanted: readonly string[]): Result<readonly string[]> => {
  if (wanted.length === 0) return ok(names)
  if (names.length === 0)
    return fail('data/no-classes', 'This data has numbers to predict, not classes: take the choice of classes away.', { param: 'classes' })
  const unknown = wanted.find(name => placeOf(names, name) < 0)
  if (unknown !== undefined)
    return fail(
      'data/unknown-class',
      `This data has no class “${unknown.slice(0, 60)}”; its classes are ${names.slice(0, 12).join(', ')}.`,
      {
        param: 'classes',
        received: unknown,
      },
    )
  const places = wanted.map(name => placeOf(names, name))
  const twice = wanted.find((_, i) => places.indexOf(places[i] ?? -1) !== i)
  if (twice !== undefined) return fail('data/class-twice', `The class “${twice}” is chosen twice: name it once.`, { param: 'classes' })
  if (places.length < 2)
    return fail('data/one-class', `Only the class “${wanted[0]}” is chosen, so there is nothing to tell apart: choose two or more.`, {
      param: 'classes',
    })
  return ok(places.map(place => names[place] ?? ''))
}

/** The samples of these classes, with their new labels. */
const only = ({ inputs, targets, count }: Samples, labels: ReadonlyMap<number, number>): Samples => {
  const size = count ? inputs.length / count : 0
  const kept = Array.from({ length: count }, (_, i) => i).filter(i => labels.has(targets[i] ?? -1))
  const chosen = inputs instanceof Uint8Array ? new Uint8Array(kept.length * size) : new Float32Array(kept.length * size)
  kept.forEach((from, to) => {
    chosen.set(inputs.subarray(from * size, (from + 1) * size), to * size)
  })
  return { inputs: chosen, targets: Int32Array.from(kept, i => labels.get(targets[i] ?? -1) ?? 0), count: kept.length }
}

/** Leaves only the wanted classes, labelled from 0 in the order in which they are named; nothing wanted leaves everything. */
export const selectClasses = (raw: RawData, wanted: readonly string[]): Result<RawData> => {
  const classes = keptClasses(raw.classes, wanted)
  if (!classes.ok) return classes
  if (wanted.length === 0) return ok(raw)
  const labels = new Map(classes.value.map((name, i) => [raw.classes.indexOf(name), i]))
  return ok({ ...raw, classes: classes.value, train: only(raw.train, labels), ...(raw.test && { test: only(raw.test, labels) }) })
}
