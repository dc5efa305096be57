import { step } from '../../controller/training.ts'
import { runStore } from '../../store/runStore.ts'
import { defineCommand } from '../define.ts'

/** Trains on one batch while paused. */
export const trainStep = defineCommand({
  id: 'train.step',
  label: 'Step one batch',
  menu: 'Train',
  order: 12,
  keys: ['Ctrl+Shift+Enter'],
  whileTyping: true,
  enabled: () => runStore.getState().status === 'paused',
  run: step,
})
