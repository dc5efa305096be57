import { openQuickAdd } from '../../canvas/actions.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Searches for a layer and adds it. */
export const graphQuickAdd = defineCommand({
  id: 'graph.quickAdd',
  label: 'Add a layer…',
  menu: 'Graph',
  order: 1,
  keys: ['Tab', 'Shift+A'],
  enabled: () => projectStore.getState().isOpen,
  run: openQuickAdd,
})
