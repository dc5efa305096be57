import { fail, ok, type Result } from '../result.ts'
import { MAX_DEPTH, MAX_STRING } from './limits.ts'

/** Keys that could reach an object's prototype; no project has a use for them. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
/** Values in one file; a project of the largest allowed graph has fewer. */
const MAX_VALUES = 2_000_000

interface Visit {
  readonly value: unknown
  readonly depth: number
  readonly where: string
}

const inside = (where: string, key: string, isList: boolean): string =>
  isList ? `${where}[${key}]` : where === '' ? key.slice(0, 60) : `${where}.${key.slice(0, 60)}`

const tooMany = () => fail('file/too-many-values', `The file holds more than ${MAX_VALUES} values, too many for a project.`)

const children = ({ value, depth, where }: Visit): Result<readonly Visit[]> => {
  if (typeof value === 'string' && value.length > MAX_STRING)
    return fail('file/too-long-text', `A text at ${where} is ${value.length} characters long; at most ${MAX_STRING} are allowed.`, {
      where,
    })
  if (typeof value !== 'object' || value === null) return ok([])
  if (depth >= MAX_DEPTH)
    return fail('file/too-deep', `The file is nested deeper than ${MAX_DEPTH} levels at ${where.slice(0, 120)}.`, {
      where: where.slice(0, 120),
    })
  if (Array.isArray(value) && value.length > MAX_VALUES) return tooMany()
  const found: Visit[] = []
  for (const key of Object.keys(value)) {
    if (FORBIDDEN.has(key))
      return fail('file/forbidden-key', `The file uses the name "${key}" at ${where || 'the top'}, which is not allowed.`, { where })
    found.push({
      value: (value as Readonly<Record<string, unknown>>)[key],
      depth: depth + 1,
      where: inside(where, key, Array.isArray(value)),
    })
  }
  return ok(found)
}

/** Refuses values that could exhaust or trick what reads them later: too deep, too many, too long, or naming a prototype. Never recurses. */
export const guardJson = (root: unknown): Result<null> => {
  const stack: Visit[] = [{ value: root, depth: 0, where: '' }]
  let count = 0
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const next = children(visit)
    if (!next.ok) return next
    count += next.value.length
    if (count > MAX_VALUES) return tooMany()
    for (const child of next.value) stack.push(child)
  }
  return ok(null)
}
