import { openProject } from '../../controller/files.ts'
import { defineCommand } from '../define.ts'

/** Open… */
export const fileOpen = defineCommand({
  id: 'file.open',
  label: 'Open…',
  menu: 'File',
  order: 10,
  keys: ['Ctrl+O'],
  whileTyping: true,
  enabled: () => true,
  run: () => void openProject(),
})
