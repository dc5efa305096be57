import { projectStore } from '../../store/projectStore.ts'
import { uiStore } from '../../store/uiStore.ts'
import { defineCommand } from '../define.ts'

/** Opens and closes the row of panels under the canvas. */
export const viewDock = defineCommand({
  id: 'view.dock',
  label: 'Show or hide the panels',
  menu: 'View',
  order: 36,
  keys: ['Ctrl+J'],
  enabled: () => projectStore.getState().isOpen,
  run: () => uiStore.setState(s => ({ dockOpen: !s.dockOpen })),
})
