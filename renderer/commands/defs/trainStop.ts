import { stop } from '../../controller/training.ts'
import { runStore } from '../../store/runStore.ts'
import { defineCommand } from '../define.ts'

/** Ends the run after the current batch. */
export const trainStop = defineCommand({
  id: 'train.stop',
  label: 'Stop',
  menu: 'Train',
  order: 13,
  keys: ['Ctrl+Alt+Enter'],
  whileTyping: true,
  enabled: () => ['starting', 'running', 'paused'].includes(runStore.getState().status),
  run: stop,
})
