import type { PartName } from '../../shared/data/prepared.ts'
import type { DataSummary, ProbeInput } from '../../shared/engine/protocol.ts'
import { dataStore } from '../store/dataStore.ts'
import { clearProbe, probeStore, setProbe } from '../store/probeStore.ts'
import { call } from './engine.ts'
import { latest } from './latest.ts'

/** Least time between two live probes while training, ms. */
const EVERY = 120

const PARTS: readonly PartName[] = ['test', 'validation', 'train']

/** The first part that holds samples, test first. */
export const firstPart = (summary: DataSummary): PartName => PARTS.find(p => summary.counts[p] > 0) ?? 'train'

const ask = latest(async (input: ProbeInput | null) => {
  const answer = await call('watch', { input, every: EVERY })
  if (answer.ok && answer.value && probeStore.getState().input === input) setProbe(answer.value)
})

/** Looks at this input from now on: film strips, panels and, while training, the live probe. */
export const watch = (input: ProbeInput | null): void => {
  probeStore.setState({ input })
  if (input) ask(input)
  else clearProbe()
}

/** Asks again for what is watched, after the model or the data changed. */
export const rewatch = (): void => {
  const { summary } = dataStore.getState()
  if (!summary) return
  const { input } = probeStore.getState()
  const kept = input?.kind === 'values' ? input.values.length === size(summary) : input !== null && input.index < summary.counts[input.part]
  watch(kept && input ? { ...input } : { kind: 'sample', part: firstPart(summary), index: 0 })
}

const size = (summary: DataSummary): number => summary.shape.reduce((a, b) => a * b, 1)

/** Moves the probe by some samples within its part, around the ends. */
export const moveProbe = (by: number): void => {
  const { summary } = dataStore.getState()
  if (!summary) return
  const { input } = probeStore.getState()
  const part = input?.kind === 'sample' ? input.part : firstPart(summary)
  const count = summary.counts[part]
  if (count === 0) return
  const from = input?.kind === 'sample' ? input.index : -Math.sign(by)
  watch({ kind: 'sample', part, index: (((from + by) % count) + count) % count })
}

/** Probes any sample of the part. */
export const randomProbe = (): void => {
  const { summary } = dataStore.getState()
  if (!summary) return
  const { input } = probeStore.getState()
  const part = input?.kind === 'sample' ? input.part : firstPart(summary)
  watch({ kind: 'sample', part, index: Math.floor(Math.random() * summary.counts[part]) })
}

/** Probes the first sample of another part. */
export const choosePart = (part: PartName): void => watch({ kind: 'sample', part, index: 0 })
