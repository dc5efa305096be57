import { selectedIds } from '../../canvas/actions.ts'
import { defineCommand } from '../define.ts'
import { toggleCommandPalette } from '../overlays.ts'

/** Draws a wire from the selected layer to one that is chosen by name. */
export const graphConnect = defineCommand({
  id: 'graph.connect',
  label: 'Connect to…',
  menu: 'Graph',
  order: 2,
  keys: ['C'],
  enabled: () => selectedIds().length === 1,
  run: () => toggleCommandPalette('connect'),
})
