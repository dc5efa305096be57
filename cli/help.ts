import type { AnyCommand, Option } from './command.ts'
import { commands } from './commands.ts'

const hintOf = (option: Option): string => {
  switch (option.kind) {
    case 'flag':
      return ''
    case 'text':
      return ` ${option.hint}`
    case 'choice':
      return ' ID'
    default:
      return ' N'
  }
}

/** Two columns, the left one as wide as its longest entry. */
const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

const optionText = (option: Option): string =>
  option.kind === 'choice' ? `${option.help} One of ${option.values.join(', ')}.` : option.help

/** What `netloom --help` prints. */
export const overview = (): string =>
  [
    'Netloom: draw a neural network as a graph, train it, test it and take it away.',
    '',
    'Usage: netloom <command> [options]',
    '',
    columns([
      ...commands.map(c => [c.name, c.summary] as const),
      ['--help', 'This text; netloom <command> --help tells about one command.'],
    ]),
    '',
    'Exit codes: 0 done, 1 the thing asked for is wrong, 2 wrong usage, 130 stopped with Ctrl+C.',
  ].join('\n')

/** What `netloom <command> --help` prints. */
export const helpOf = (command: AnyCommand): string => {
  const options = Object.entries(command.options as Record<string, Option>)
  const required = options.filter(([, o]) => o.required).map(([name, o]) => ` --${name}${hintOf(o)}`)
  const argument = command.argument ? ` <${command.argument.name}>` : ''
  return [
    command.summary,
    '',
    `Usage: netloom ${command.name}${argument}${required.join('')} [options]`,
    '',
    columns([
      ...(command.argument ? [[`<${command.argument.name}>`, command.argument.help] as const] : []),
      ...options.map(([name, option]) => [`--${name}${hintOf(option)}`, optionText(option)] as const),
      ['--help', 'This text.'] as const,
    ]),
  ].join('\n')
}
