import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { PartName } from '../../shared/data/prepared.ts'
import type { Evaluation } from '../../shared/engine/protocol.ts'
import type { Issue } from '../../shared/result.ts'
import { ensureData } from './data.ts'
import { call } from './engine.ts'
import { ensureModel } from './model.ts'

interface EvaluationState {
  readonly busy: boolean
  /** The last evaluation and the part it was made on. */
  readonly last: { readonly part: PartName; readonly evaluation: Evaluation } | null
  readonly issue: Issue | null
}

/** The last pass over a part of the data. */
export const evaluationStore = createStore<EvaluationState>(() => ({ busy: false, last: null, issue: null }))

/** Reads the evaluation in a component. */
export const useEvaluation = <T>(pick: (state: EvaluationState) => T): T => useStore(evaluationStore, pick)

/** Forgets an evaluation that no longer belongs to the model. */
export const clearEvaluation = (): void => evaluationStore.setState({ last: null, issue: null })

/** Runs the network over a whole part and counts what it gets right. */
export const evaluatePart = async (part: PartName): Promise<void> => {
  if (evaluationStore.getState().busy) return
  evaluationStore.setState({ busy: true, issue: null })
  const data = await ensureData()
  const ready = data.ok ? await ensureModel() : data
  const answer = ready.ok ? await call('evaluate', { part }) : ready
  if (answer.ok) evaluationStore.setState({ busy: false, last: { part, evaluation: answer.value } })
  else evaluationStore.setState({ busy: false, issue: answer.issues[0] })
}
