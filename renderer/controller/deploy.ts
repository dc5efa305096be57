import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Verification } from '../../shared/engine/protocol.ts'
import type { AnyExporter } from '../../shared/exporters/define.ts'
import { roundingSentence } from '../../shared/exporters/verify.ts'
import type { Issue } from '../../shared/result.ts'
import { host } from '../host/pickHost.ts'
import { projectStore } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { say } from '../store/uiStore.ts'
import { call } from './engine.ts'
import { ensureModel } from './model.ts'

/** How the last export to one format went. */
export interface ExportOutcome {
  readonly verified: Verification | null
  /** Where the files went, in words; null while or when nothing was written. */
  readonly where: string | null
  readonly issue: Issue | null
}

interface DeployState {
  /** Format under way. */
  readonly busy: string | null
  readonly outcomes: Readonly<Record<string, ExportOutcome>>
  /** What was chosen for each format, by its parameters' names; the rest is as the format has it. */
  readonly choices: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Exports of this window's session. */
export const deployStore = createStore<DeployState>(() => ({ busy: null, outcomes: {}, choices: {} }))

/** Reads the exports in a component. */
export const useDeploy = <T>(pick: (state: DeployState) => T): T => useStore(deployStore, pick)

const finish = (format: string, outcome: ExportOutcome): void =>
  deployStore.setState(s => ({ busy: null, outcomes: { ...s.outcomes, [format]: outcome } }))

/** `Read back in tfjs on 32 samples: max |Δ| 3e-7, same class 32/32`. */
export const proofSentence = (v: Verification): string => {
  const { runtime, samples, maxAbsDiff } = v
  const difference = maxAbsDiff === 0 ? '0' : maxAbsDiff.toExponential(0)
  const agreeing = v.sameClass ? samples : (v.agreeing ?? 0)
  return `Read back in ${runtime} on ${samples} samples: max |Δ| ${difference}, same class ${agreeing}/${samples}${roundingSentence(v) && `.${roundingSentence(v)}`}`
}

/** Chooses one value for a format. */
export const choose = (format: string, name: string, value: unknown): void =>
  deployStore.setState(s => ({ choices: { ...s.choices, [format]: { ...s.choices[format], [name]: value } } }))

/** Turns the network into files of a format, as chosen, proves them where that is possible, and writes them where the user says. */
export const exportTo = async (def: AnyExporter): Promise<void> => {
  if (deployStore.getState().busy) return
  const { project } = projectStore.getState()
  const set = deployStore.getState().choices[def.id] ?? {}
  deployStore.setState({ busy: def.id })
  const ready = await ensureModel()
  const made = ready.ok ? await call('export', { format: def.id, project, history: runStore.getState().history, set }) : ready
  if (!made.ok) {
    finish(def.id, { verified: null, where: null, issue: made.issues[0] })
    return say(made.issues[0].message, 'bad')
  }
  const { files, verified } = made.value
  const written = await host.saveExport(`${project.name}${def.extension}`, files)
  if (!written.ok) {
    finish(def.id, { verified, where: null, issue: written.issues[0] })
    return say(written.issues[0].message, 'bad')
  }
  finish(def.id, { verified, where: written.value, issue: null })
  if (written.value) say(`Exported to ${written.value}`, 'good')
}
