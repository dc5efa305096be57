import { selectedIds } from '../../canvas/actions.ts'
import { cutBelowSelected } from '../../canvas/cutActions.ts'
import { defineCommand } from '../define.ts'

/** Asks what to do with the cut below the selected layer: freeze what is above, or put a new head there. */
export const graphCutBelow = defineCommand({
  id: 'graph.cutBelow',
  label: 'Cut below: freeze or new head…',
  menu: 'Graph',
  order: 15,
  keys: ['Shift+K'],
  enabled: () => selectedIds().length === 1,
  run: cutBelowSelected,
})
