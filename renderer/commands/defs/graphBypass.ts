import { hasSelection, selectedIds, toggleBypassed } from '../../canvas/actions.ts'
import { defineCommand } from '../define.ts'

/** Lets data pass as if the selected layers were not there, or takes them back in. */
export const graphBypass = defineCommand({
  id: 'graph.bypass',
  label: 'Bypass',
  menu: 'Graph',
  order: 12,
  keys: ['Ctrl+B'],
  enabled: hasSelection,
  run: () => toggleBypassed(selectedIds()),
})
