import { guardJson } from '../graph/guard.ts'
import { fail, ok, type Result } from '../result.ts'

const MOST_BYTES = 200 * 2 ** 20

/** Numbers that JSON cannot hold; a run's history has them when a loss became infinite or is not defined. */
const NAMED = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const KEY = '$number'

/** Writes JSON in which NaN and infinite numbers survive as `{"$number":"NaN"}`. */
export const writeJson = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' && !Number.isFinite(inner) ? { [KEY]: String(inner) } : inner)),
  )

const revive = (_: string, inner: unknown): unknown => {
  if (typeof inner !== 'object' || inner === null || !(KEY in inner) || Object.keys(inner).length !== 1) return inner
  return typeof inner[KEY] === 'string' ? (NAMED.get(inner[KEY]) ?? inner) : inner
}

/** Reads JSON that `writeJson` wrote, guarded against depth, size and names that reach a prototype. `what` names it in sentences. */
export const readJson = (bytes: Uint8Array, what: string): Result<unknown> => {
  if (bytes.length > MOST_BYTES) return fail('file/too-large', `${what} has ${bytes.length} bytes; at most ${MOST_BYTES} can be read.`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), revive)
  } catch {
    return fail('file/not-json', `${what} of the project file is not valid JSON.`)
  }
  const guarded = guardJson(value)
  return guarded.ok ? ok(value) : guarded
}
