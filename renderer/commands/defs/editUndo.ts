import { projectStore, undo } from '../../store/projectStore.ts'
import { say } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Takes back the last step. */
export const editUndo = defineCommand({
  id: 'edit.undo',
  label: 'Undo',
  menu: 'Edit',
  order: 1,
  keys: ['Ctrl+Z'],
  enabled: () => projectStore.getState().past.length > 0,
  run: () => {
    const label = undo()
    if (label) say(`Undone: ${label.charAt(0).toLowerCase()}${label.slice(1)}`)
  },
})
