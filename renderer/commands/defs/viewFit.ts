import { canvasView } from '../../canvas/view.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Shows the whole network. */
export const viewFit = defineCommand({
  id: 'view.fit',
  label: 'Fit network into view',
  menu: 'View',
  order: 14,
  keys: ['F', 'Home'],
  enabled: () => projectStore.getState().isOpen,
  run: () => canvasView()?.fit(),
})
