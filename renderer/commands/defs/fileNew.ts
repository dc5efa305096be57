import { newProject } from '../../controller/files.ts'
import { defineCommand } from '../define.ts'

/** New */
export const fileNew = defineCommand({
  id: 'file.new',
  label: 'New',
  menu: 'File',
  order: 1,
  keys: ['Ctrl+Alt+N'],
  whileTyping: true,
  enabled: () => true,
  run: () => void newProject(),
})
