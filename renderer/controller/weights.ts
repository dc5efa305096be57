import { runStore } from '../store/runStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { call } from './engine.ts'
import { latest } from './latest.ts'

let copied = 0
let copying: Promise<void> = Promise.resolve()

const copy = async (): Promise<void> => {
  const { run } = runStore.getState()
  const answer = await call('weights', {})
  copied = Date.now()
  if (answer.ok && runStore.getState().run === run) weightsStore.setState({ weights: answer.value })
}

const copyLatest = latest((_: null) => {
  copying = copy()
  return copying
})

/** Resolves when no copy is under way, so that a rebuilt model starts from the newest. */
export const weightsAtRest = (): Promise<void> => copying

/** Brings the trained weights from the worker soon, unless that was done less than `rest` ms ago. */
export const copyWeights = (rest = 0): void => {
  if (Date.now() - copied >= rest) copyLatest(null)
}

/** Brings the weights of a run under way, so that a save holds what was learned until now. */
export const bringWeights = async (): Promise<void> => {
  if (runStore.getState().status !== 'idle') await copy()
}
