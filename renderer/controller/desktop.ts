import type { MenuGroup } from '../../shared/host/contract.ts'
import { commands, runCommand } from '../commands/registry.ts'
import { host } from '../host/pickHost.ts'
import { projectStore } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { weightsStore } from '../store/weightsStore.ts'
import { openBytes } from './files.ts'
import { hasUnsavedWork } from './work.ts'

const MENUS = ['File', 'Edit', 'View', 'Graph', 'Train', 'Help'] as const

/** The menu as data, from the commands; a jump of ten in their order draws a separator. */
export const menuModel = (): readonly MenuGroup[] =>
  MENUS.map(label => {
    const own = commands.filter(c => c.menu === label)
    const items = own.flatMap((c, i) => {
      const before = own[i - 1]
      const item = { command: c.id, label: c.label, keys: c.keys[0] ?? '', enabled: c.enabled() }
      return before && c.order - before.order >= 10 ? [{ command: null, label: '', keys: '', enabled: true }, item] : [item]
    })
    return { label, items }
  })

/** Tells the surroundings the title and the menu, and obeys what they send. */
export const startDesktop = (): void => {
  let sent = ''
  const refresh = (): void => {
    const menu = menuModel()
    const text = JSON.stringify(menu)
    if (text === sent) return
    sent = text
    void host.setMenu(menu)
  }
  let due = false
  const soon = (): void => {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      refresh()
    }, 200)
  }
  for (const store of [projectStore, uiStore, runStore]) store.subscribe(soon)
  refresh()
  let told = ''
  const tell = (): void => {
    const { isOpen, project } = projectStore.getState()
    const state = { name: isOpen ? project.name : '', dirty: hasUnsavedWork() }
    if (JSON.stringify(state) === told) return
    told = JSON.stringify(state)
    void host.setDocument(state)
  }
  projectStore.subscribe(tell)
  weightsStore.subscribe(tell)
  host.on('menuCommand', ({ command }) => void runCommand(command))
  host.on('fileOpened', file => void openBytes(file))
}
