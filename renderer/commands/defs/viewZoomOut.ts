import { canvasView } from '../../canvas/view.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Shows the canvas smaller. */
export const viewZoomOut = defineCommand({
  id: 'view.zoomOut',
  label: 'Zoom out',
  menu: 'View',
  order: 13,
  keys: ['Ctrl+-'],
  enabled: () => projectStore.getState().isOpen,
  run: () => canvasView()?.zoomOut(),
})
