import type { Param } from '../../layers/params.ts'
import { isRecord } from './topology.ts'

/** A value of a file in the form that a parameter takes; undefined where the file says nothing, null where it cannot be said with this parameter. */
export type Read = { readonly value: unknown } | null | undefined

/** Numbers that Python held as float32 come back as the short decimal they were typed as, e.g. 0.001 for 0.0010000000474974513. */
const short = (v: number): number => {
  const rounded = Number(v.toPrecision(7))
  return Math.fround(rounded) === Math.fround(v) ? rounded : v
}

/** A number, also in the wrappings of old files: `{"type": "ndarray", "value": 0.3}`, or a list of one. */
const numberOf = (v: unknown): number | null => {
  if (typeof v === 'number') return v
  if (Array.isArray(v) && v.length === 1) return numberOf(v[0])
  return isRecord(v) && 'value' in v ? numberOf(v.value) : null
}

const plain = (text: string): string => text.replaceAll('_', '').toLowerCase()

/** Other names of functions that are in the list of choices. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['silu', 'swish'],
  ['zero', 'zeros'],
  ['one', 'ones'],
  ['uniform', 'randomuniform'],
  ['normal', 'randomnormal'],
])

/** `VarianceScaling` by the names of its common settings (Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998). */
const scalingName = ({ scale, mode, distribution }: Readonly<Record<string, unknown>>): string | null => {
  if (typeof mode !== 'string') return null
  const fan = plain(mode)
  const law = plain(String(distribution ?? 'normal')) === 'uniform' ? 'uniform' : 'normal'
  if (fan === 'fanavg' && scale === 1) return `glorot${law}`
  if (fan !== 'fanin') return null
  return scale === 2 ? `he${law}` : scale === 1 ? `lecun${law}` : null
}

/** The name of a function that a file gives as text or as an object. */
const functionName = (v: unknown): string | null => {
  if (typeof v === 'string') return plain(v)
  if (!isRecord(v) || typeof v.class_name !== 'string') return null
  if (v.class_name === 'function') return typeof v.config === 'string' ? plain(v.config) : null
  const name = plain(v.class_name)
  return name === 'variancescaling' && isRecord(v.config) ? scalingName(v.config) : name
}

/** Settings of a layer given as an activation that change nothing. */
const IDLE = new Set(['name', 'trainable', 'dtype', 'axis=-1', 'alpha=1'])

/** Whether an activation is more than its name says, e.g. a ReLU that ends at 6. */
const isSet = (v: unknown): boolean =>
  isRecord(v) &&
  isRecord(v.config) &&
  Object.entries(v.config).some(([key, value]) => value !== null && value !== 0 && !IDLE.has(key) && !IDLE.has(`${key}=${value}`))

const choiceOf = (values: readonly string[], v: unknown): Read => {
  const name = functionName(v)
  if (name === null || (values.includes('linear') && isSet(v))) return null
  const wanted = ALIASES.get(name) ?? name
  const value = values.find(choice => plain(choice) === wanted)
  return value === undefined ? null : { value }
}

const numbersOf = (v: unknown): Read => {
  if (!Array.isArray(v)) return null
  const numbers = v.map(numberOf)
  return numbers.includes(null) ? null : { value: numbers }
}

/** Brings a foreign value to the kind of a parameter; whether it lies within bounds is checked later. */
export const readValue = (param: Param, v: unknown): Read => {
  if (v === undefined) return undefined
  if (v === null) return param.kind === 'choice' && param.values.includes('linear') ? { value: 'linear' } : undefined
  const number = numberOf(v)
  switch (param.kind) {
    case 'int':
      return number === null ? null : { value: number }
    case 'float':
      return number === null ? null : { value: short(number) }
    case 'bool':
      return typeof v === 'boolean' ? { value: v } : number === 0 || number === 1 ? { value: number === 1 } : null
    case 'choice':
      return choiceOf(param.values, v)
    case 'pair':
      return number === null ? numbersOf(v) : { value: [number, number] }
    case 'dims':
      return typeof v === 'number' ? { value: [v] } : numbersOf(v)
  }
}

/** The two penalties of a kernel regulariser in any of its spellings; null for one that is neither L1 nor L2. */
export const readPenalties = (v: unknown): { readonly l1: number; readonly l2: number } | null => {
  if (v === undefined || v === null) return { l1: 0, l2: 0 }
  const name = functionName(v)
  const config = isRecord(v) && isRecord(v.config) ? v.config : {}
  const rate = (key: 'l1' | 'l2'): number => {
    const given = numberOf(config[key])
    if (given !== null) return short(given)
    return typeof v === 'string' && name?.includes(key) ? 0.01 : 0
  }
  return name === 'l1' || name === 'l2' || name === 'l1l2' ? { l1: rate('l1'), l2: rate('l2') } : null
}
