import type { AnyCommand } from './command.ts'
import { all } from './commands.gen.ts'

/** Every command, in the order of the walk from a template to an export. */
export const commands: readonly AnyCommand[] = [...(all as readonly AnyCommand[])].sort((a, b) => a.order - b.order)

/** The command of this name, or undefined. */
export const commandOf = (name: string): AnyCommand | undefined => commands.find(c => c.name === name)
