import { all } from './all.gen.ts'
import type { Command } from './define.ts'

/** Every command, sorted by menu order. */
export const commands: readonly Command[] = [...(all as readonly Command[])].sort((a, b) => a.order - b.order)

/** The command with this id. */
export const commandOf = (id: string): Command | undefined => commands.find(c => c.id === id)

/** Runs a command if it is enabled; returns whether it ran. */
export const runCommand = (id: string): boolean => {
  const command = commandOf(id)
  if (!command?.enabled()) return false
  void command.run()
  return true
}
