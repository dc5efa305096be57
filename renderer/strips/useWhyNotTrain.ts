import { useData } from '../store/dataStore.ts'
import { whyNotTrain } from '../store/problems.ts'
import { useProject } from '../store/projectStore.ts'

/** The first reason why training cannot start, as a sentence; null when it can. */
export const useWhyNotTrain = (): string | null => {
  useData(s => s.summary)
  return useProject(s => whyNotTrain(s.project)[0]?.message ?? null)
}
