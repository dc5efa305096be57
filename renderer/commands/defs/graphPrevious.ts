import { selectAlong } from '../../canvas/actions.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Follows a wire backwards. */
export const graphPrevious = defineCommand({
  id: 'graph.previous',
  label: 'Select the layer before',
  menu: 'Graph',
  order: 35,
  keys: ['Ctrl+ArrowUp'],
  enabled: () => projectStore.getState().isOpen,
  run: () => selectAlong('before'),
})
