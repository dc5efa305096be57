import { selectAlong } from '../../canvas/actions.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Follows a wire forwards. */
export const graphNext = defineCommand({
  id: 'graph.next',
  label: 'Select the next layer',
  menu: 'Graph',
  order: 34,
  keys: ['Ctrl+ArrowDown'],
  enabled: () => projectStore.getState().isOpen,
  run: () => selectAlong('after'),
})
