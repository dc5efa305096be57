import { projectStore, redo } from '../../store/projectStore.ts'
import { say } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Does the last undone step again. */
export const editRedo = defineCommand({
  id: 'edit.redo',
  label: 'Redo',
  menu: 'Edit',
  order: 2,
  keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
  enabled: () => projectStore.getState().future.length > 0,
  run: () => {
    const label = redo()
    if (label) say(`Done again: ${label.charAt(0).toLowerCase()}${label.slice(1)}`)
  },
})
