import type { MenuItemConstructorOptions } from 'electron'
import type { MenuGroup } from '../shared/host/contract.ts'

const NAMED: Readonly<Record<string, string>> = {
  Enter: 'Return',
  Escape: 'Esc',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  '+': 'Plus',
}
const KEY = /^([A-Z0-9]|F\d{1,2}|Return|Esc|Delete|Backspace|Space|Tab|Up|Down|Left|Right|Home|End|PageUp|PageDown|Plus|[-=[\];',./`])$/

/** Writes a shortcut the way Electron wants it, e.g. `Ctrl+S` as `CmdOrCtrl+S`; undefined for keys that a menu cannot show. */
export const accelerator = (keys: string): string | undefined => {
  const parts = keys.endsWith('++') ? [...keys.slice(0, -2).split('+'), '+'] : keys.split('+')
  const last = parts.pop() ?? ''
  const key = NAMED[last] ?? (last.length === 1 ? last.toUpperCase() : last)
  const modifiers = parts.map(part => (part === 'Ctrl' || part === 'Cmd' ? 'CmdOrCtrl' : part))
  if (!KEY.test(key) || !modifiers.every(part => ['CmdOrCtrl', 'Shift', 'Alt'].includes(part))) return undefined
  return [...modifiers, key].join('+')
}

/**
 * The menu of the desktop from the window's commands. The window itself listens to the keys, so that typing in a field never triggers a
 * command; the menu only shows them. On a Mac fields need the standard editing entries for copy and paste.
 */
export const menuTemplate = (
  groups: readonly MenuGroup[],
  isMac: boolean,
  run: (command: string) => void,
): readonly MenuItemConstructorOptions[] => {
  const own = groups.map(({ label, items }): MenuItemConstructorOptions => ({ label, submenu: items.map(item => entry(item, run)) }))
  const text: MenuItemConstructorOptions = {
    label: 'Text',
    submenu: (['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'] as const).map(role => ({ role })),
  }
  const view: MenuItemConstructorOptions = {
    label: 'Window',
    submenu: (['minimize', 'zoomIn', 'zoomOut', 'resetZoom', 'togglefullscreen', 'close'] as const).map(role => ({ role })),
  }
  return isMac ? [{ role: 'appMenu' }, ...own, text, view] : [...own, view]
}

const entry = (
  { command, label, keys, enabled }: MenuGroup['items'][number],
  run: (command: string) => void,
): MenuItemConstructorOptions => {
  if (command === null) return { type: 'separator' }
  const shown = accelerator(keys)
  return {
    id: command,
    label,
    enabled,
    registerAccelerator: false,
    click: () => run(command),
    ...(shown ? { accelerator: shown } : {}),
  }
}

/** The command behind Ctrl+S, which the question before closing runs. */
export const saveCommand = (groups: readonly MenuGroup[]): string | null =>
  groups.flatMap(group => group.items).find(item => item.keys === 'Ctrl+S')?.command ?? null
