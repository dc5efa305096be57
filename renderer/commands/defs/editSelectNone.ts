import { select, uiStore } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Lets go of the selection. */
export const editSelectNone = defineCommand({
  id: 'edit.selectNone',
  label: 'Select nothing',
  menu: 'Edit',
  order: 27,
  keys: ['Escape'],
  enabled: () => uiStore.getState().selectedNodes.length + uiStore.getState().selectedWires.length > 0,
  run: () => select([]),
})
