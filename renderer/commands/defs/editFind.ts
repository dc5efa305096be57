import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'
import { toggleCommandPalette } from '../overlays.ts'

/** Searches the layers on the canvas by name. */
export const editFind = defineCommand({
  id: 'edit.find',
  label: 'Find layer…',
  menu: 'Edit',
  order: 37,
  keys: ['Ctrl+F'],
  whileTyping: true,
  enabled: () => projectStore.getState().isOpen,
  run: () => toggleCommandPalette('nodes'),
})
