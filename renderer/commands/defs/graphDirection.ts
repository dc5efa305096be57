import { turn } from '../../canvas/actions.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Turns the network by a quarter. */
export const graphDirection = defineCommand({
  id: 'graph.direction',
  label: 'Flow left to right or top to bottom',
  menu: 'Graph',
  order: 24,
  keys: [],
  enabled: () => projectStore.getState().isOpen,
  run: turn,
})
