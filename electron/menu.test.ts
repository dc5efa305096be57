import { describe, expect, it } from 'vitest'
import type { MenuGroup } from '../shared/host/contract.ts'
import { accelerator, menuTemplate, saveCommand } from './menu.ts'

const groups: readonly MenuGroup[] = [
  {
    label: 'File',
    items: [
      { command: 'file.save', label: 'Save', keys: 'Ctrl+S', enabled: true },
      { command: null, label: '', keys: '', enabled: true },
      { command: 'file.export', label: 'Export…', keys: '?', enabled: false },
    ],
  },
]

describe('the menu of the desktop', () => {
  it.each([
    ['Ctrl+S', 'CmdOrCtrl+S'],
    ['Ctrl+Shift+z', 'CmdOrCtrl+Shift+Z'],
    ['Ctrl+Enter', 'CmdOrCtrl+Return'],
    ['Ctrl++', 'CmdOrCtrl+Plus'],
    ['Delete', 'Delete'],
    ['F2', 'F2'],
    ['Ctrl+,', 'CmdOrCtrl+,'],
  ])('writes %s as %s', (keys, written) => expect(accelerator(keys)).toBe(written))

  it.each(['', '?', 'Hyper+A', 'Ctrl+Wheel'])('shows no shortcut for %j, which Electron would refuse', keys =>
    expect(accelerator(keys)).toBeUndefined(),
  )

  it('runs the command of the entry that was clicked and leaves the keys to the window', () => {
    const ran: string[] = []
    const [file] = menuTemplate(groups, false, command => ran.push(command))
    const items = Array.isArray(file?.submenu) ? file.submenu : []
    expect(items.map(item => [item.type ?? item.label, item.enabled, item.registerAccelerator])).toEqual([
      ['Save', true, false],
      ['separator', undefined, undefined],
      ['Export…', false, false],
    ])
    items[0]?.click?.(undefined as never, undefined, undefined as never)
    expect(ran).toEqual(['file.save'])
  })

  it('gives a Mac its own menus and the editing entries that fields need there', () => {
    const labels = menuTemplate(groups, true, () => {}).map(item => item.role ?? item.label)
    expect(labels).toEqual(['appMenu', 'File', 'Text', 'Window'])
  })

  it('finds the command that saves', () => expect([saveCommand(groups), saveCommand([])]).toEqual(['file.save', null]))
})
