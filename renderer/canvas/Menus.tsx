import { DropdownMenu } from 'radix-ui'
import { removeWires } from '../../shared/graph/edit.ts'
import { showKeys } from '../commands/keys.ts'
import { commandOf, runCommand } from '../commands/registry.ts'
import { apply } from '../store/projectStore.ts'
import { select } from '../store/uiStore.ts'
import { canvasStore, type MenuTarget, type Point, useCanvas } from './canvasStore.ts'
import './floating.css'
import { canvasView } from './view.ts'

/** Commands of each menu by id, in groups with a line between them. */
const NODE = [
  ['graph.rename', 'graph.connect', 'graph.bypass', 'graph.freeze', 'graph.cutBelow'],
  ['edit.cut', 'edit.copy', 'edit.duplicate', 'edit.delete'],
  ['graph.fitSelection'],
] as const
const CANVAS = [
  ['graph.quickAdd', 'edit.paste'],
  ['edit.selectAll', 'graph.layout', 'graph.direction', 'graph.cut', 'view.fit'],
] as const

const close = (): void => canvasStore.setState({ menu: null })

/** The menu of a right click on a card, a wire or the empty canvas. */
export const Menus = () => {
  const menu = useCanvas(s => s.menu)
  if (!menu) return null
  return (
    <DropdownMenu.Root open onOpenChange={open => !open && close()} modal={false}>
      <DropdownMenu.Trigger asChild>
        <span className="menu-anchor" style={{ left: menu.point.x, top: menu.point.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          loop
          onCloseAutoFocus={event => {
            event.preventDefault()
            if (!canvasStore.getState().quickAdd && !canvasStore.getState().renaming) canvasView()?.focus()
          }}
        >
          <Items target={menu.target} point={menu.point} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const Items = ({ target, point }: { target: MenuTarget; point: Point }) => {
  if (target.kind === 'wire') return <WireItems id={target.id} point={point} />
  const groups: readonly (readonly string[])[] = target.kind === 'node' ? NODE : CANVAS
  return groups.map(group => (
    <DropdownMenu.Group key={group[0]} className="menu-group">
      {group.map(id => (
        <CommandItem key={id} id={id} />
      ))}
    </DropdownMenu.Group>
  ))
}

const CommandItem = ({ id }: { id: string }) => {
  const command = commandOf(id)
  if (!command) return null
  return (
    <DropdownMenu.Item className="menu-item" disabled={!command.enabled()} onSelect={() => runCommand(id)}>
      {command.label}
      {command.keys[0] && <kbd>{showKeys(command.keys[0])}</kbd>}
    </DropdownMenu.Item>
  )
}

const WireItems = ({ id, point }: { id: string; point: Point }) => (
  <>
    <DropdownMenu.Item
      className="menu-item"
      onSelect={() =>
        canvasStore.setState({ quickAdd: { screen: point, at: canvasView()?.toCanvas(point) ?? null, connect: null, wire: id } })
      }
    >
      Insert a layer…
    </DropdownMenu.Item>
    <DropdownMenu.Item
      className="menu-item"
      onSelect={() => {
        apply('Delete wire', doc => removeWires(doc, [id]))
        select([])
      }}
    >
      Delete wire
      <kbd>{showKeys('Delete')}</kbd>
    </DropdownMenu.Item>
  </>
)
