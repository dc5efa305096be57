import type { NamedWeight } from '../../shared/engine/protocol.ts'
import { runStore } from '../store/runStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { call } from './engine.ts'
import { latest } from './latest.ts'

interface EpochWeights {
  readonly run: number
  readonly epoch: number
  readonly weights: readonly NamedWeight[]
}

let copied = 0
let copying: Promise<void> = Promise.resolve()
/** What the worker sent at the end of the last epoch; null once newer weights were brought. */
let lastEpoch: EpochWeights | null = null

const copy = async (): Promise<void> => {
  const { run } = runStore.getState()
  const answer = await call('weights', {})
  copied = Date.now()
  if (runStore.getState().run !== run) return
  if (!answer.ok) {
    adoptEpoch()
    return
  }
  lastEpoch = null
  weightsStore.setState({ weights: answer.value })
}

/** Keeps the weights that an epoch of the run under way ended with, in case nothing newer comes. */
export const keepEpoch = (epoch: number, weights: readonly NamedWeight[]): void => {
  lastEpoch = { run: runStore.getState().run, epoch, weights }
}

/** Takes the weights of the last epoch for the trained ones, unless newer ones were brought or any were less than `rest` ms ago; returns their epoch. */
export const adoptEpoch = (rest = 0): number | null => {
  if (lastEpoch?.run !== runStore.getState().run || Date.now() - copied < rest) return null
  const { epoch, weights } = lastEpoch
  if (weightsStore.getState().weights !== weights) {
    copied = Date.now()
    weightsStore.setState({ weights })
  }
  return epoch
}

const copyLatest = latest((_: null) => {
  copying = copy()
  return copying
})

/** Resolves when no copy is under way, so that a rebuilt model starts from the newest. */
export const weightsAtRest = (): Promise<void> => copying

/** Brings the trained weights from the worker soon. */
export const copyWeights = (): void => copyLatest(null)

/** Brings the weights of a run under way, so that a save holds what was learned until now. */
export const bringWeights = async (): Promise<void> => {
  if (runStore.getState().status !== 'idle') await copy()
}
