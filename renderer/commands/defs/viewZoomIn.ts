import { canvasView } from '../../canvas/view.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Shows the canvas larger. */
export const viewZoomIn = defineCommand({
  id: 'view.zoomIn',
  label: 'Zoom in',
  menu: 'View',
  order: 12,
  keys: ['Ctrl+=', 'Ctrl++'],
  enabled: () => projectStore.getState().isOpen,
  run: () => canvasView()?.zoomIn(),
})
