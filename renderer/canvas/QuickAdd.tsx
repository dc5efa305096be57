import { Command } from 'cmdk'
import { useEffect, useState } from 'react'
import type { AnyLayerDef } from '../../shared/layers/define.ts'
import { layerOf, layers } from '../../shared/layers/registry.ts'
import { colourOf } from '../glyph/glyph.ts'
import { search, sections } from '../palette/search.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { addConnected, addLayer, addLayerAt } from './add.ts'
import { canvasStore, type QuickAdd, useCanvas } from './canvasStore.ts'
import { layersAt } from './connect.ts'
import './floating.css'
import { canvasView } from './view.ts'

const SIZE = { width: 260, height: 320 } as const

const close = (): void => {
  canvasStore.setState({ quickAdd: null })
  canvasView()?.focus()
}

const take = (open: QuickAdd, type: string): void => {
  close()
  if (open.at && open.connect) addConnected(type, open.at, open.connect.node, open.connect.side)
  else if (open.at || open.wire) addLayerAt(type, open.at ?? { x: 0, y: 0 }, open.wire)
  else addLayer(type)
}

/** The search for a layer at the pointer: after a double click, Tab, or a wire dropped in space. */
export const QuickAddBox = () => {
  const open = useCanvas(s => s.quickAdd)
  return open && <Box key={`${open.screen.x}/${open.screen.y}`} open={open} />
}

const candidates = (open: QuickAdd): readonly AnyLayerDef[] => {
  if (!open.connect) return layers
  return layersAt(resolvedOf(projectStore.getState().project), open.connect.node, open.connect.side)
}

const Box = ({ open }: { open: QuickAdd }) => {
  const [query, setQuery] = useState('')
  const [possible] = useState(() => candidates(open))
  useEffect(() => {
    const leave = (event: PointerEvent): void => {
      if (!(event.target instanceof Element) || !event.target.closest('.quick-add')) canvasStore.setState({ quickAdd: null })
    }
    window.addEventListener('pointerdown', leave)
    return () => window.removeEventListener('pointerdown', leave)
  }, [])
  const left = Math.max(8, Math.min(open.screen.x, window.innerWidth - SIZE.width - 8))
  const top = Math.max(8, Math.min(open.screen.y, window.innerHeight - SIZE.height - 8))
  return (
    <Command
      className="quick-add"
      label="Add a layer"
      shouldFilter={false}
      loop
      style={{ left, top, width: SIZE.width, maxHeight: SIZE.height }}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault()
          close()
        }
      }}
    >
      <Command.Input autoFocus placeholder={open.connect ? 'Layers that fit…' : 'Add a layer…'} value={query} onValueChange={setQuery} />
      <Command.List>
        <Command.Empty>No layer is called “{query}”.</Command.Empty>
        {query ? (
          search(possible, query).map(def => <Item key={def.type} def={def} onTake={() => take(open, def.type)} />)
        ) : (
          <Browse possible={possible} onTake={type => take(open, type)} />
        )}
      </Command.List>
    </Command>
  )
}

const Browse = ({ possible, onTake }: { possible: readonly AnyLayerDef[]; onTake: (type: string) => void }) => {
  const recent = useCanvas(s => s.recent)
    .map(layerOf)
    .filter(def => def !== undefined && possible.includes(def))
  return (
    <>
      {recent.length > 0 && (
        <Command.Group heading="Recent">
          {recent.map(def => def && <Item key={def.type} def={def} id={`recent-${def.type}`} onTake={() => onTake(def.type)} />)}
        </Command.Group>
      )}
      {sections(possible).map(({ title, layers: own, more }) => (
        <Command.Group key={title} heading={title}>
          {[...own, ...more].map(def => (
            <Item key={def.type} def={def} onTake={() => onTake(def.type)} />
          ))}
        </Command.Group>
      ))}
    </>
  )
}

const Item = ({ def, id = def.type, onTake }: { def: AnyLayerDef; id?: string; onTake: () => void }) => (
  <Command.Item value={id} onSelect={onTake} title={def.doc}>
    <i style={{ background: colourOf(def.category) }} />
    {def.title}
  </Command.Item>
)
