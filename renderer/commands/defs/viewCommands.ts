import { defineCommand } from '../define.ts'
import { toggleCommandPalette } from '../overlays.ts'

/** Lists everything that can be done. */
export const viewCommands = defineCommand({
  id: 'view.commands',
  label: 'Command palette…',
  menu: 'View',
  order: 1,
  keys: ['Ctrl+Shift+P', 'Ctrl+K'],
  whileTyping: true,
  enabled: () => true,
  run: () => toggleCommandPalette('all'),
})
