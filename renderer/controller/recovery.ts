import type { Recovery } from '../../shared/host/contract.ts'
import { unpackProject } from '../../shared/project/unpack.ts'
import { host } from '../host/pickHost.ts'
import { isDirty, projectStore } from '../store/projectStore.ts'
import { say } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { hasUnsavedWork, packWork, show } from './work.ts'

/** Longest time that an edit is only in memory, ms. */
const EVERY = 1_500

/** Names this window's working state; a new one after each start, so that two windows never overwrite each other. */
const id = `work-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`

let timer: ReturnType<typeof setTimeout> | null = null
let written = false
let warned = false

const keep = async (): Promise<void> => {
  timer = null
  const state = projectStore.getState()
  if (!hasUnsavedWork()) return
  const recovery: Recovery = {
    id,
    name: state.project.name,
    when: Date.now(),
    bytes: await packWork(state.project),
    token: state.file?.token ?? null,
  }
  const kept = await host.writeRecovery(recovery)
  written ||= kept.ok
  if (!kept.ok && !warned) {
    warned = true
    say(`Your work is not being kept for a crash: ${kept.issues[0].message}`, 'bad')
  }
}

const soon = (): void => {
  timer ??= setTimeout(() => void keep(), EVERY)
}

/** Keeps the working state shortly after each change of the document or of the trained weights. */
export const startAutosave = (): void => {
  projectStore.subscribe((now, before) => {
    if (now.project !== before.project && isDirty(now)) soon()
  })
  weightsStore.subscribe((now, before) => {
    if (now.weights !== before.weights && now.weights) soon()
  })
}

/** Drops this window's kept state, once it is saved or given up. */
export const forgetRecovery = async (): Promise<void> => {
  if (timer) clearTimeout(timer)
  timer = null
  if (written) await host.clearRecovery(id)
  written = false
}

/** Work left over from windows that did not close in order, newest first. */
export const recoveries = async (): Promise<readonly Recovery[]> => {
  const found = await host.recoveries()
  return found.ok ? found.value.filter(r => r.id !== id) : []
}

/** Opens recovered work; it counts as unsaved, and its copy is kept until this window has its own. */
export const recover = async (recovery: Recovery): Promise<void> => {
  const opened = await unpackProject(recovery.bytes, `${recovery.name}.netloom`)
  if (!opened.ok) return say(`The kept work cannot be read: ${opened.issues[0].message}`, 'bad')
  const { project, weights, history } = opened.value
  show(project, { weights, history, unsaved: true })
  await keep()
  await host.clearRecovery(recovery.id)
}

/** Drops recovered work for good. */
export const discardRecovery = async (recovery: Recovery): Promise<void> => {
  await host.clearRecovery(recovery.id)
}
