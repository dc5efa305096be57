import { pause } from '../../controller/training.ts'
import { runStore } from '../../store/runStore.ts'
import { defineCommand } from '../define.ts'

/** Holds the run after the current batch. */
export const trainPause = defineCommand({
  id: 'train.pause',
  label: 'Pause',
  menu: 'Train',
  order: 11,
  keys: [],
  enabled: () => runStore.getState().status === 'running',
  run: pause,
})
