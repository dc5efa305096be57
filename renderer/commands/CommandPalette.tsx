import { Command as List } from 'cmdk'
import { goTo, selectedIds } from '../canvas/actions.ts'
import { connectableNodes } from '../canvas/connect.ts'
import { connectOrSay } from '../canvas/wireHandlers.ts'
import { colourOf } from '../glyph/glyph.ts'
import { useProject, useResolved } from '../store/projectStore.ts'
import { uiStore, useUi } from '../store/uiStore.ts'
import './commands.css'
import { type Command, MENUS } from './define.ts'
import { showKeys } from './keys.ts'
import { useOverlay } from './overlays.ts'
import { commands } from './registry.ts'

/** Longest list of layers that is shown at once. */
const MAX_LAYERS = 200

const WORDS = {
  all: { label: 'Command palette', ask: 'What do you want to do?', none: 'Nothing is called like that.' },
  nodes: { label: 'Find a layer', ask: 'Name or type of a layer…', none: 'No layer is called like that.' },
  connect: { label: 'Connect to a layer', ask: 'Connect to…', none: 'No layer that can be fed is called like that.' },
} as const

const close = (): void => uiStore.setState({ commandPaletteOpen: false })

/** Everything that can be done, and every layer on the canvas, by typing a part of its name. */
export const CommandPalette = () => {
  const open = useUi(s => s.commandPaletteOpen)
  const isOpen = useProject(s => s.isOpen)
  const scope = useOverlay(s => s.scope)
  return (
    <List.Dialog
      open={open}
      onOpenChange={now => uiStore.setState({ commandPaletteOpen: now })}
      label={WORDS[scope].label}
      overlayClassName="dialog-back"
      contentClassName="command-palette"
      loop
    >
      <List.Input placeholder={WORDS[scope].ask} />
      <List.List>
        <List.Empty>{WORDS[scope].none}</List.Empty>
        {scope === 'all' && <Commands />}
        {isOpen && (scope === 'connect' ? <Targets /> : <Layers heading="Layers" onTake={goTo} />)}
      </List.List>
    </List.Dialog>
  )
}

const Commands = () => {
  const enabled = commands.filter(c => c.id !== 'view.commands' && c.enabled())
  return MENUS.map(menu => {
    const own = enabled.filter(c => c.menu === menu)
    return (
      own.length > 0 && (
        <List.Group key={menu} heading={menu}>
          {own.map(c => (
            <CommandRow key={c.id} command={c} />
          ))}
        </List.Group>
      )
    )
  })
}

const CommandRow = ({ command }: { command: Command }) => (
  <List.Item
    value={command.id}
    keywords={[command.label]}
    onSelect={() => {
      close()
      // After the dialog has given the focus back, so that a command may take it.
      setTimeout(() => void command.run(), 0)
    }}
  >
    {command.label}
    {command.keys[0] && <kbd>{showKeys(command.keys[0])}</kbd>}
  </List.Item>
)

/** The layers that the selected one may feed. */
const Targets = () => {
  const { graph } = useProject(s => s.project)
  const resolved = useResolved()
  const [from] = selectedIds()
  if (from === undefined) return null
  const possible = connectableNodes(graph, resolved, from, 'out')
  return <Layers heading={`${resolved.nodes.get(from)?.node.name ?? from} feeds`} only={possible} onTake={to => connectOrSay(from, to)} />
}

interface LayersProps {
  readonly heading: string
  readonly only?: ReadonlySet<string>
  readonly onTake: (id: string) => void
}

const Layers = ({ heading, only, onTake }: LayersProps) => {
  const { order, nodes } = useResolved()
  const shown = only ? order.filter(id => only.has(id)) : order
  return (
    <List.Group heading={heading}>
      {shown.slice(0, MAX_LAYERS).map(id => {
        const known = nodes.get(id)
        if (!known) return null
        return (
          <List.Item
            key={id}
            value={`layer ${id}`}
            keywords={[known.node.name, known.def?.title ?? known.node.type]}
            onSelect={() => {
              close()
              onTake(id)
            }}
          >
            <i style={{ background: colourOf(known.def?.category) }} />
            {known.node.name}
            <span className="faint">{known.def?.title ?? known.node.type}</span>
          </List.Item>
        )
      })}
    </List.Group>
  )
}
