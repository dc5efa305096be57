import { selectedIds } from '../../canvas/actions.ts'
import { canvasStore } from '../../canvas/canvasStore.ts'
import { defineCommand } from '../define.ts'

/** Types a new name on the card. */
export const graphRename = defineCommand({
  id: 'graph.rename',
  label: 'Rename',
  menu: 'Graph',
  order: 11,
  keys: ['F2'],
  enabled: () => selectedIds().length === 1,
  run: () => canvasStore.setState({ renaming: selectedIds()[0] ?? null }),
})
