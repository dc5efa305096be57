import { Dialog } from 'radix-ui'
import './commands.css'
import { MENUS } from './define.ts'
import { showKeys } from './keys.ts'
import { showSheet, useOverlay } from './overlays.ts'
import { commands } from './registry.ts'

/** What the mouse does on the canvas; these have no command. */
const GESTURES = [
  ['Drag a layer from the left', 'Adds it; on a wire it is inserted'],
  ['Double-click the canvas', 'Adds a layer there'],
  ['Drag from a port', 'Draws a wire; in empty space it asks for a layer'],
  ['Double-click a name', 'Renames the layer'],
  ['Shift-drag the canvas', 'Selects what the box touches'],
  ['Drag the canvas, wheel', 'Pans, zooms'],
  ['Arrow keys', 'Move the selected layers; with Shift further'],
] as const

/** Every shortcut and mouse gesture on one sheet. */
export const ShortcutSheet = () => {
  const open = useOverlay(s => s.sheet)
  return (
    <Dialog.Root open={open} onOpenChange={showSheet}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-back" />
        <Dialog.Content className="sheet" aria-describedby={undefined}>
          <Dialog.Title>Keyboard and mouse</Dialog.Title>
          <div className="sheet-columns">
            {MENUS.map(menu => (
              <Keys key={menu} menu={menu} />
            ))}
            <section>
              <h3>On the canvas</h3>
              {GESTURES.map(([gesture, what]) => (
                <p key={gesture} className="sheet-gesture">
                  <b>{gesture}</b>
                  <span>{what}</span>
                </p>
              ))}
            </section>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const Keys = ({ menu }: { menu: (typeof MENUS)[number] }) => {
  const own = commands.filter(c => c.menu === menu && c.keys.length > 0)
  if (!own.length) return null
  return (
    <section>
      <h3>{menu}</h3>
      {own.map(c => (
        <p key={c.id}>
          <span>{c.label}</span>
          <span className="sheet-keys">
            {c.keys.map(k => (
              <kbd key={k}>{showKeys(k)}</kbd>
            ))}
          </span>
        </p>
      ))}
    </section>
  )
}
