import { hasSelection } from '../../canvas/actions.ts'
import { cutSelection } from '../../canvas/clipboard.ts'
import { defineCommand } from '../define.ts'

/** Copies and removes the selected layers. */
export const editCut = defineCommand({
  id: 'edit.cut',
  label: 'Cut',
  menu: 'Edit',
  order: 12,
  keys: ['Ctrl+X'],
  enabled: hasSelection,
  run: cutSelection,
})
