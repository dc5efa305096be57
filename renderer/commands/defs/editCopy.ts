import { hasSelection } from '../../canvas/actions.ts'
import { copySelection } from '../../canvas/clipboard.ts'
import { defineCommand } from '../define.ts'

/** Copies the selected layers. */
export const editCopy = defineCommand({
  id: 'edit.copy',
  label: 'Copy',
  menu: 'Edit',
  order: 13,
  keys: ['Ctrl+C'],
  enabled: hasSelection,
  run: copySelection,
})
