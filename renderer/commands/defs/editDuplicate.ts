import { hasSelection } from '../../canvas/actions.ts'
import { duplicateSelection } from '../../canvas/clipboard.ts'
import { defineCommand } from '../define.ts'

/** Puts a copy of the selected layers beside them. */
export const editDuplicate = defineCommand({
  id: 'edit.duplicate',
  label: 'Duplicate',
  menu: 'Edit',
  order: 15,
  keys: ['Ctrl+D'],
  enabled: hasSelection,
  run: duplicateSelection,
})
