import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { ExportedFile, Verification } from '../../shared/engine/protocol.ts'
import type { AnyExporter } from '../../shared/exporters/define.ts'
import { type ParamSchema, parseParams } from '../../shared/layers/params.ts'
import { type Issue, ok, type Result } from '../../shared/result.ts'
import { host } from '../host/pickHost.ts'
import { projectStore } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { say } from '../store/uiStore.ts'
import { ensureData } from './data.ts'
import { call } from './engine.ts'
import { ensureModel } from './model.ts'

/** How the last export to one format went. */
export interface ExportOutcome {
  readonly verified: Verification | null
  /** What was written, bytes by path; empty while or when nothing was. */
  readonly sizes: readonly { readonly path: string; readonly bytes: number }[]
  /** Where the files went, in words; null while or when nothing was written. */
  readonly where: string | null
  readonly issue: Issue | null
}

type Choices = Readonly<Record<string, unknown>>

interface DeployState {
  /** Format under way. */
  readonly busy: string | null
  readonly outcomes: Readonly<Record<string, ExportOutcome>>
  /** What was chosen for each format, where it is not the default. */
  readonly choices: Readonly<Record<string, Choices>>
  /** Formats whose choices are shown. */
  readonly open: readonly string[]
}

/** Exports of this window's session. */
export const deployStore = createStore<DeployState>(() => ({ busy: null, outcomes: {}, choices: {}, open: [] }))

/** Reads the exports in a component. */
export const useDeploy = <T>(pick: (state: DeployState) => T): T => useStore(deployStore, pick)

/** The choices of a format as they stand. */
export const choicesOf = (def: AnyExporter, chosen: Choices | undefined): Choices =>
  parseParams(def.params as ParamSchema, chosen ?? {}).values as Choices

/** Remembers a choice for the rest of the session. */
export const choose = (format: string, name: string, value: unknown): void =>
  deployStore.setState(s => ({ choices: { ...s.choices, [format]: { ...s.choices[format], [name]: value } } }))

/** Shows or hides what can be chosen for a format. */
export const toggleOpen = (format: string): void =>
  deployStore.setState(s => ({ open: s.open.includes(format) ? s.open.filter(id => id !== format) : [...s.open, format] }))

/** `Read back in tfjs on 32 samples: max |Δ| 3e-7, same class 32/32`; without classes where no output holds scores of any. */
export const proofSentence = ({ runtime, samples, maxAbsDiff, sameClass, classless, agreeing = 0 }: Verification): string => {
  const found = `Read back in ${runtime} on ${samples} samples: max |Δ| ${maxAbsDiff === 0 ? '0' : maxAbsDiff.toExponential(0)}`
  return classless ? found : `${found}, same class ${sameClass ? samples : agreeing}/${samples}`
}

/** Number of the export under way; an export whose number is no longer this one was cancelled. */
let current = 0

/** Gives up the export under way: what the engine still makes of it is not written. */
export const cancelExport = (): void => {
  current += 1
  deployStore.setState({ busy: null })
}

const NOTHING: ExportOutcome = { verified: null, sizes: [], where: null, issue: null }

const finish = (format: string, outcome: ExportOutcome): void => {
  deployStore.setState(s => ({ busy: null, outcomes: { ...s.outcomes, [format]: outcome } }))
  if (outcome.issue) say(outcome.issue.message, 'bad')
  else if (outcome.where) say(`Exported to ${outcome.where}`, 'good')
}

type Made = Result<{ readonly files: readonly ExportedFile[]; readonly verified: Verification | null }>

/** Makes the files; a drawing needs neither model nor data. */
const make = async (def: AnyExporter): Promise<Made> => {
  const { project } = projectStore.getState()
  const data = def.needsWeights && def.needsData ? await ensureData() : ok(null)
  const ready = data.ok && def.needsWeights ? await ensureModel() : data
  if (!ready.ok) return ready
  const set = choicesOf(def, deployStore.getState().choices[def.id])
  return call('export', { format: def.id, project, history: runStore.getState().history, set })
}

/** Turns the network into files of a format, proves them where that is possible, and writes them where the user says. */
export const exportTo = async (def: AnyExporter): Promise<void> => {
  if (deployStore.getState().busy) return
  current += 1
  const own = current
  deployStore.setState(s => ({ busy: def.id, outcomes: { ...s.outcomes, [def.id]: NOTHING } }))
  const made = await make(def)
  if (own !== current) return
  if (!made.ok) return finish(def.id, { ...NOTHING, issue: made.issues[0] })
  const { files, verified } = made.value
  const written = await host.saveExport(`${projectStore.getState().project.name}${def.extension}`, files)
  if (own !== current) return
  if (!written.ok) return finish(def.id, { ...NOTHING, verified, issue: written.issues[0] })
  const sizes = written.value === null ? [] : files.map(({ path, bytes }) => ({ path, bytes: bytes.length }))
  finish(def.id, { verified, sizes, where: written.value, issue: null })
}
