import { fail, type Issue, ok, type Result } from '../result.ts'

interface Common<V> {
  /** Label of the field, Keras vocabulary in sentence case, e.g. "Kernel size". */
  readonly label: string
  /** One sentence for the tooltip. */
  readonly help: string
  readonly default: V
  /** Hidden behind "More" in the inspector. */
  readonly advanced?: boolean
}

export interface IntParam extends Common<number> {
  readonly kind: 'int'
  readonly min: number
  readonly max: number
}
export interface FloatParam extends Common<number> {
  readonly kind: 'float'
  readonly min: number
  readonly max: number
  readonly step: number
}
export interface BoolParam extends Common<boolean> {
  readonly kind: 'bool'
}
export interface ChoiceParam<V extends string> extends Common<V> {
  readonly kind: 'choice'
  readonly values: readonly V[]
}
/** Two integers, `[height, width]`. */
export interface PairParam extends Common<readonly [number, number]> {
  readonly kind: 'pair'
  readonly min: number
  readonly max: number
}
/** A list of integers, e.g. an input shape `[height, width, channels]`; `-1` is allowed where `wildcard` is set. */
export interface DimsParam extends Common<readonly number[]> {
  readonly kind: 'dims'
  readonly minLength: number
  readonly maxLength: number
  readonly wildcard: boolean
}

export type Param = IntParam | FloatParam | BoolParam | ChoiceParam<string> | PairParam | DimsParam
export type ParamSchema = Readonly<Record<string, Param>>

/** The values that a schema describes. */
export type ValuesOf<S> = {
  readonly [K in keyof S]: S[K] extends ChoiceParam<infer V> ? V : S[K] extends { readonly default: infer D } ? D : never
}

type Args<P> = Omit<P, 'kind'>

/** Largest number a user may type for units, filters and other counts (RELIABILITY.md §1.3). */
export const MAX_COUNT = 65_536
/** Largest single dimension of a tensor. */
export const MAX_DIM = 2 ** 24

/** Constructors of parameter kinds; the kind decides parsing, formatting and the field in the inspector. */
export const p = {
  int: (a: Common<number> & { min?: number; max?: number }): IntParam => ({ kind: 'int', min: 1, max: MAX_COUNT, ...a }),
  float: (a: Common<number> & { min?: number; max?: number; step?: number }): FloatParam => ({
    kind: 'float',
    min: -1e9,
    max: 1e9,
    step: 0.01,
    ...a,
  }),
  bool: (a: Args<BoolParam>): BoolParam => ({ kind: 'bool', ...a }),
  choice: <const V extends string>(a: Args<ChoiceParam<V>>): ChoiceParam<V> => ({ kind: 'choice', ...a }),
  pair: (a: Common<readonly [number, number]> & { min?: number; max?: number }): PairParam => ({
    kind: 'pair',
    min: 1,
    max: MAX_COUNT,
    ...a,
  }),
  dims: (a: Common<readonly number[]> & { minLength?: number; maxLength?: number; wildcard?: boolean }): DimsParam => ({
    kind: 'dims',
    minLength: 1,
    maxLength: 4,
    wildcard: false,
    ...a,
  }),
}

const whole = (v: unknown, min: number, max: number): v is number => typeof v === 'number' && Number.isInteger(v) && v >= min && v <= max
const show = (v: unknown): string => (JSON.stringify(v) ?? String(v)).slice(0, 80)

/** What a parameter accepts, in words. */
export const wanted = (param: Param): string => {
  switch (param.kind) {
    case 'int':
      return `a whole number from ${param.min} to ${param.max}`
    case 'float':
      return `a number from ${param.min} to ${param.max}`
    case 'bool':
      return 'true or false'
    case 'choice':
      return `one of ${param.values.join(', ')}`
    case 'pair':
      return `two whole numbers from ${param.min} to ${param.max}`
    case 'dims':
      return `${param.minLength} to ${param.maxLength} whole numbers from 1 to ${MAX_DIM}${param.wildcard ? ', one of them may be -1' : ''}`
  }
}

const accepts = (param: Param, v: unknown): boolean => {
  switch (param.kind) {
    case 'int':
      return whole(v, param.min, param.max)
    case 'float':
      return typeof v === 'number' && Number.isFinite(v) && v >= param.min && v <= param.max
    case 'bool':
      return typeof v === 'boolean'
    case 'choice':
      return typeof v === 'string' && param.values.includes(v)
    case 'pair':
      return Array.isArray(v) && v.length === 2 && v.every(x => whole(x, param.min, param.max))
    case 'dims':
      return (
        Array.isArray(v) &&
        v.length >= param.minLength &&
        v.length <= param.maxLength &&
        v.every(x => whole(x, 1, MAX_DIM) || (param.wildcard && x === -1)) &&
        v.filter(x => x === -1).length <= 1
      )
  }
}

/** Checks one value from outside against its parameter. */
export const parseParam = (key: string, param: Param, value: unknown): Result<unknown> => {
  if (value === undefined) return ok(param.default)
  if (accepts(param, value)) return ok(value)
  return fail('param/invalid', `${param.label} must be ${wanted(param)}, but is ${show(value)}.`, {
    param: key,
    expected: wanted(param),
    received: show(value),
  })
}

/** Values of a schema from unknown input: missing keys take their default, wrong ones become issues and take their default too. */
export const parseParams = <S extends ParamSchema>(
  schema: S,
  input: Readonly<Record<string, unknown>>,
): { values: ValuesOf<S>; issues: Issue[] } => {
  const issues: Issue[] = []
  const entries = Object.entries(schema).map(([key, param]) => {
    const parsed = parseParam(key, param, Object.hasOwn(input, key) ? input[key] : undefined)
    if (!parsed.ok) issues.push(...parsed.issues)
    return [key, parsed.ok ? parsed.value : param.default] as const
  })
  for (const key of Object.keys(input)) {
    if (!Object.hasOwn(schema, key))
      issues.push({
        code: 'param/unknown',
        severity: 'warning',
        message: `The parameter "${key.slice(0, 60)}" is not known and is ignored.`,
        param: key,
      })
  }
  return { values: Object.fromEntries(entries) as ValuesOf<S>, issues }
}

/** The value as a person reads it, e.g. `5×5`. */
export const formatParam = (param: Param, value: unknown): string =>
  param.kind === 'pair' || param.kind === 'dims' ? (value as readonly number[]).join('×') : String(value)

/** Text typed by a person to a value: `5` or `5x5` for a pair, `28 28 1` or `28×28×1` for dims. */
export const readParam = (key: string, param: Param, text: string): Result<unknown> => {
  const numbers = text
    .trim()
    .split(/[\s,x×]+/i)
    .map(Number)
  switch (param.kind) {
    case 'int':
    case 'float':
      return parseParam(key, param, text.trim() === '' ? text : Number(text.trim()))
    case 'pair':
      return parseParam(key, param, numbers.length === 1 ? [numbers[0], numbers[0]] : numbers)
    case 'dims':
      return parseParam(key, param, text.trim() === '' ? [] : numbers)
    case 'bool':
      return parseParam(key, param, text === 'true')
    case 'choice':
      return parseParam(key, param, text)
  }
}
