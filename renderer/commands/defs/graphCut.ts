import { cutStore, toggleCutTool } from '../../canvas/cutStore.ts'
import { projectStore } from '../../store/projectStore.ts'
import { defineCommand } from '../define.ts'

/** Takes the knife in hand: a line across wires freezes what is above it or puts a new head below. */
export const graphCut = defineCommand({
  id: 'graph.cut',
  label: 'Draw a cut: freeze or new head',
  menu: 'Graph',
  order: 14,
  keys: ['K'],
  enabled: () => projectStore.getState().isOpen && (cutStore.getState().tool || projectStore.getState().project.graph.wires.length > 0),
  run: toggleCutTool,
})
