import { hasSelection, removeSelection } from '../../canvas/actions.ts'
import { uiStore } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Removes what is selected and closes the gaps. */
export const editDelete = defineCommand({
  id: 'edit.delete',
  label: 'Delete',
  menu: 'Edit',
  order: 16,
  keys: ['Delete', 'Backspace'],
  enabled: () => hasSelection() || uiStore.getState().selectedWires.length > 0,
  run: removeSelection,
})
