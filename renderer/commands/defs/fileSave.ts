import { saveProject } from '../../controller/files.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Save */
export const fileSave = defineCommand({
  id: 'file.save',
  label: 'Save',
  menu: 'File',
  order: 20,
  keys: ['Ctrl+S'],
  whileTyping: true,
  enabled: () => projectStore.getState().isOpen,
  run: () => void saveProject(),
})
