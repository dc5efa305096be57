import type { Result } from '../shared/result.ts'
import type { Io } from './io.ts'

interface Common {
  /** One sentence for `--help`. */
  readonly help: string
  readonly required?: boolean
}

/** One option of a command; the kind decides parsing and the word behind it in `--help`. */
export type Option =
  | (Common & { readonly kind: 'flag' })
  | (Common & { readonly kind: 'text'; readonly hint: string })
  | (Common & { readonly kind: 'int'; readonly min: number; readonly max: number })
  | (Common & { readonly kind: 'float'; readonly min: number; readonly max: number })
  | (Common & { readonly kind: 'choice'; readonly values: readonly string[] })

export type OptionTable = Readonly<Record<string, Option>>

interface TypeOf {
  flag: boolean
  text: string
  int: number
  float: number
}
type ValueOf<O> = O extends { readonly kind: 'choice'; readonly values: readonly (infer V)[] }
  ? V
  : O extends { readonly kind: infer K extends keyof TypeOf }
    ? TypeOf[K]
    : never

/** Values of a table of options: required ones and flags are always there, others may be undefined. */
export type Values<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { readonly kind: 'flag' } | { readonly required: true } ? ValueOf<T[K]> : ValueOf<T[K]> | undefined
}

/** One command of the tool; help, parsing and `docs/cli.md` follow from it. */
export interface CommandDef<T extends OptionTable = OptionTable> {
  readonly name: string
  /** Place in the list of commands. */
  readonly order: number
  readonly summary: string
  /** Name and meaning of the one argument without dashes; null when there is none. */
  readonly argument: { readonly name: string; readonly help: string } | null
  readonly options: T
  /** Does the work and returns the exit code, 0 or 1. Issues become one sentence on stderr and exit code 1. */
  run(values: Values<T>, argument: string, io: Io): Promise<Result<number>>
}

/** Declares a command; infers the types of its values. */
export const defineCommand = <const T extends OptionTable>(def: CommandDef<T>): CommandDef<T> => def

/** The erased form that parsing and help work with. */
// biome-ignore lint/suspicious/noExplicitAny: the list of commands erases their option types, here and nowhere else
export type AnyCommand = CommandDef<any>

/** The option that every command has. */
export const JSON_OPTION = { json: { kind: 'flag', help: 'Write JSON on stdout instead of text.' } } as const
