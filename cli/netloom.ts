import { toIssue } from '../shared/result.ts'
import { parse } from './args.ts'
import { commandOf, commands } from './commands.ts'
import { helpOf, overview } from './help.ts'
import { type Io, processIo } from './io.ts'

const wrongUsage = (io: Io, message: string, hint: string): number => {
  io.note(message)
  io.note(`Try: ${hint}`)
  return 2
}

/** Runs one command line and returns the exit code. */
const main = async (args: readonly string[], io: Io): Promise<number> => {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const about = name === 'help' && rest[0] ? commandOf(rest[0]) : undefined
    if (name === undefined) io.note(overview())
    else io.say(about ? helpOf(about) : overview())
    return name === undefined ? 2 : 0
  }
  const command = commandOf(name)
  if (!command)
    return wrongUsage(
      io,
      `There is no command "${name.slice(0, 80)}"; there are ${commands.map(c => c.name).join(', ')}.`,
      'netloom --help',
    )
  const parsed = parse(command, rest)
  if (!parsed.ok) return wrongUsage(io, parsed.issues[0].message, `netloom ${command.name} --help`)
  if (parsed.value.help) {
    io.say(helpOf(command))
    return 0
  }
  const result = await command.run(parsed.value.values, parsed.value.argument, io)
  if (result.ok) return result.value
  for (const { message } of result.issues) io.note(message)
  return 1
}

/** Waits until a stream has taken what was written to it. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise(resolve => {
    stream.write('', () => resolve())
  })

const start = async (): Promise<void> => {
  const io = processIo()
  let code = 1
  try {
    code = await main(process.argv.slice(2), io)
  } catch (error) {
    io.note(`Netloom failed: ${toIssue(error).message.split('\n')[0]}`)
  }
  io.progress.clear()
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(io.interrupted() ? 130 : code)
}

await start()
