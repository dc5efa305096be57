import { hasSelection, selectedIds } from '../../canvas/actions.ts'
import { canvasView } from '../../canvas/view.ts'
import { defineCommand } from '../define.ts'

/** Shows the selected layers as large as they fit. */
export const viewFitSelection = defineCommand({
  id: 'graph.fitSelection',
  label: 'Fit selection into view',
  menu: 'View',
  order: 15,
  keys: ['.'],
  enabled: hasSelection,
  run: () => canvasView()?.fit(selectedIds()),
})
