import { hasSelection, selectedIds, toggleFrozen } from '../../canvas/actions.ts'
import { defineCommand } from '../define.ts'

/** Keeps the weights of the selected layers while training, or lets them learn again. */
export const graphFreeze = defineCommand({
  id: 'graph.freeze',
  label: 'Freeze weights',
  menu: 'Graph',
  order: 13,
  keys: ['Ctrl+Shift+F'],
  enabled: hasSelection,
  run: () => toggleFrozen(selectedIds()),
})
