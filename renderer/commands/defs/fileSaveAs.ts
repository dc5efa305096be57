import { saveProject } from '../../controller/files.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Save as… */
export const fileSaveAs = defineCommand({
  id: 'file.saveAs',
  label: 'Save as…',
  menu: 'File',
  order: 21,
  keys: ['Ctrl+Shift+S'],
  whileTyping: true,
  enabled: () => projectStore.getState().isOpen,
  run: () => void saveProject(true),
})
