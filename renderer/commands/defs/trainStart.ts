import { pause, resume, startTraining } from '../../controller/training.ts'
import { whyNotTrain } from '../../store/problems.ts'
import { projectStore } from '../../store/projectStore.ts'
import { runStore } from '../../store/runStore.ts'
import { defineCommand } from '../define.ts'

/** Starts a run; while one lives, holds it or goes on. */
export const trainStart = defineCommand({
  id: 'train.start',
  label: 'Start, pause or resume training',
  menu: 'Train',
  order: 10,
  keys: ['Ctrl+Enter'],
  whileTyping: true,
  enabled: () => {
    const { status } = runStore.getState()
    if (status === 'running' || status === 'paused') return true
    const { isOpen, project } = projectStore.getState()
    return isOpen && status === 'idle' && whyNotTrain(project).length === 0
  },
  run: () => {
    const { status } = runStore.getState()
    if (status === 'running') return pause()
    if (status === 'paused') return resume()
    return startTraining()
  },
})
