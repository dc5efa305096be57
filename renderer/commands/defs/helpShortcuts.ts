import { defineCommand } from '../define.ts'
import { showSheet } from '../overlays.ts'

/** Shows every shortcut. */
export const helpShortcuts = defineCommand({
  id: 'help.shortcuts',
  label: 'Keyboard shortcuts',
  menu: 'Help',
  order: 1,
  keys: ['?'],
  enabled: () => true,
  run: () => showSheet(true),
})
