import { autoLayout } from '../../canvas/actions.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Puts every card in its place. */
export const graphLayout = defineCommand({
  id: 'graph.layout',
  label: 'Arrange the network',
  menu: 'Graph',
  order: 23,
  keys: ['Shift+L'],
  enabled: () => projectStore.getState().isOpen,
  run: autoLayout,
})
