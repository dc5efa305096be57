/** An entry of a menu as the app describes it. */
export interface Entry {
  readonly id?: string
  readonly label?: string
  readonly type?: string
  readonly role?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly submenu?: readonly Entry[]
  click?(): void
}

const ROLES = /^(appMenu|undo|redo|cut|copy|paste|selectAll|minimize|zoomIn|zoomOut|resetZoom|togglefullscreen|close|quit)$/
const ACCELERATOR =
  /^((CmdOrCtrl|Ctrl|Shift|Alt)\+)*([A-Z0-9]|F\d{1,2}|Return|Esc|Delete|Backspace|Space|Tab|Up|Down|Left|Right|Home|End|PageUp|PageDown|Plus|[-=[\];',./`])$/

/** Refuses what Electron would refuse. */
const check = (entry: Entry): void => {
  if (entry.role !== undefined && !ROLES.test(entry.role)) throw new Error(`Unknown role ${entry.role}.`)
  if (entry.accelerator !== undefined && !ACCELERATOR.test(entry.accelerator))
    throw new Error(`${entry.accelerator} is not a valid accelerator.`)
  if (!entry.label && !entry.role && entry.type !== 'separator')
    throw new Error('Invalid template for MenuItem: must have either label, role or type.')
  entry.submenu?.forEach(check)
}

/** The application menu, and a hand that clicks it. */
export const makeMenu = () => {
  let shown: readonly Entry[] = []
  const Menu = {
    buildFromTemplate: (template: readonly Entry[]): readonly Entry[] => {
      template.forEach(check)
      return template
    },
    setApplicationMenu: (menu: readonly Entry[] | null): void => {
      shown = menu ?? []
    },
  }
  const click = (...labels: readonly string[]): void => {
    let entries = shown
    let found: Entry | undefined
    for (const label of labels) {
      found = entries.find(entry => entry.label === label)
      if (!found) throw new Error(`The menu has no entry "${label}" among ${entries.map(e => e.label ?? e.role ?? '–').join(', ')}.`)
      entries = found.submenu ?? []
    }
    if (found?.enabled === false) throw new Error(`${labels.join(' > ')} is greyed out.`)
    found?.click?.()
  }
  return { Menu, click, labels: () => shown.map(entry => entry.label ?? entry.role ?? '') }
}
