import { parseArgs } from 'node:util'
import { fail, ok, type Result } from '../shared/result.ts'
import type { AnyCommand, Option } from './command.ts'

/** A command line understood: which values and which argument; `help` when it was asked for. */
export interface Parsed {
  readonly help: boolean
  readonly values: Readonly<Record<string, unknown>>
  readonly argument: string
}

const usage = (message: string): Result<never> => fail('usage', message)

/** What an option wants, in words. */
const wanted = (option: Option): string => {
  switch (option.kind) {
    case 'int':
      return `a whole number from ${option.min} to ${option.max}`
    case 'float':
      return `a number from ${option.min} to ${option.max}`
    case 'choice':
      return `one of ${option.values.join(', ')}`
    default:
      return 'a value'
  }
}

const parseValue = (name: string, option: Option, text: string): Result<unknown> => {
  const refused = usage(`--${name} must be ${wanted(option)}, but is "${text.slice(0, 80)}".`)
  if (text.trim() === '') return refused
  if (option.kind === 'choice') return option.values.includes(text) ? ok(text) : refused
  if (option.kind !== 'int' && option.kind !== 'float') return ok(text)
  const value = Number(text)
  const fits = option.kind === 'int' ? Number.isInteger(value) : Number.isFinite(value)
  return fits && value >= option.min && value <= option.max ? ok(value) : refused
}

/** Node's own sentences about unknown options, without the advice on `--` that follows them. */
const sentence = (error: unknown): string => {
  const first = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/)[0] ?? ''
  return `${first.replace(/^Option '([^']*)' /, 'The option $1 ')}.`.replace('..', '.')
}

const split = (command: AnyCommand, args: readonly string[]): Result<{ values: Record<string, unknown>; positionals: string[] }> => {
  const options = Object.fromEntries(
    Object.entries(command.options as Record<string, Option>).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    })
    return ok({ values, positionals })
  } catch (error) {
    return usage(sentence(error))
  }
}

/** Reads the words behind a command's name by its definition. */
export const parse = (command: AnyCommand, args: readonly string[]): Result<Parsed> => {
  const read = split(command, args)
  if (!read.ok) return read
  const { values: given, positionals } = read.value
  if (given.help === true) return ok({ help: true, values: {}, argument: '' })
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(command.options as Record<string, Option>)) {
    const text = given[name]
    if (option.kind === 'flag') values[name] = text === true
    else if (typeof text === 'string') {
      const value = parseValue(name, option, text)
      if (!value.ok) return value
      values[name] = value.value
    } else if (option.required) return usage(`netloom ${command.name} needs --${name}: ${option.help}`)
  }
  const [argument, ...more] = positionals
  const extra = command.argument ? more[0] : argument
  if (extra !== undefined) return usage(`netloom ${command.name} does not take "${extra.slice(0, 80)}".`)
  if (command.argument && !argument) return usage(`netloom ${command.name} needs ${command.argument.name}: ${command.argument.help}`)
  return ok({ help: false, values, argument: argument ?? '' })
}
