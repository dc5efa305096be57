import { leaveProject } from '../../controller/files.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Start page */
export const fileStart = defineCommand({
  id: 'file.start',
  label: 'Start page',
  menu: 'File',
  order: 30,
  keys: [],
  whileTyping: true,
  enabled: () => projectStore.getState().isOpen,
  run: () => void leaveProject(),
})
