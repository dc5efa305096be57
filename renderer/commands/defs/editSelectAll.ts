import { selectAll } from '../../canvas/actions.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Selects every layer and wire. */
export const editSelectAll = defineCommand({
  id: 'edit.selectAll',
  label: 'Select all',
  menu: 'Edit',
  order: 26,
  keys: ['Ctrl+A'],
  enabled: () => projectStore.getState().isOpen,
  run: selectAll,
})
