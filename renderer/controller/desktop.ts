import type { MenuGroup } from '../../shared/host/contract.ts'
import { commands, runCommand } from '../commands/registry.ts'
import { host } from '../host/pickHost.ts'
import { isDirty, projectStore } from '../store/projectStore.ts'
import { runStore } from '../store/runStore.ts'
import { uiStore } from '../store/uiStore.ts'
import { openBytes } from './files.ts'

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
  projectStore.subscribe((now, before) => {
    if (now.project.name !== before.project.name || isDirty(now) !== isDirty(before) || now.isOpen !== before.isOpen) {
      void host.setDocument({ name: now.isOpen ? now.project.name : '', dirty: now.isOpen && isDirty(now) })
    }
  })
  host.on('menuCommand', ({ command }) => void runCommand(command))
  host.on('fileOpened', file => void openBytes(file))
}
