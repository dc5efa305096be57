/** The menus, in their order. */
export const MENUS = ['File', 'Edit', 'View', 'Graph', 'Train', 'Help'] as const

/** One thing the user can do; menu, command palette, shortcuts, buttons' tooltips and tests read the same object. */
export interface Command {
  /** e.g. `edit.undo`. */
  readonly id: string
  /** Sentence case, plain verb, e.g. "Undo". */
  readonly label: string
  readonly menu: (typeof MENUS)[number]
  /** Place within the menu; a jump of 10 or more draws a separator. */
  readonly order: number
  /** Shortcuts, e.g. `Ctrl+Z`; the first is shown. Ctrl means Cmd on a Mac. */
  readonly keys: readonly string[]
  /** True when the shortcut must also work while typing in a field. */
  readonly whileTyping?: boolean
  enabled(): boolean
  run(): void | Promise<void>
}

/** Declares a command. */
export const defineCommand = (command: Command): Command => command
