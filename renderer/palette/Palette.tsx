import { type KeyboardEvent, useRef, useState } from 'react'
import type { AnyLayerDef } from '../../shared/layers/define.ts'
import { layers } from '../../shared/layers/registry.ts'
import { addLayer } from '../canvas/add.ts'
import { canvasView } from '../canvas/view.ts'
import { colourOf } from '../glyph/glyph.ts'
import { CarriedCard } from './CarriedCard.tsx'
import { startCarry } from './carry.ts'
import './palette.css'
import { type LayerSection, search, sections } from './search.ts'

/** The layers to choose from: search, click to add after the selection, or drag onto the canvas or onto a wire. */
export const Palette = () => {
  const [query, setQuery] = useState('')
  const found = search(layers, query)
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const [first] = found
    if (event.key === 'Enter' && first) {
      addLayer(first.type)
      setQuery('')
    }
    if (event.key === 'Escape') {
      if (query) setQuery('')
      else canvasView()?.focus()
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      list.current?.querySelector('button')?.focus()
    }
  }
  return (
    <nav className="palette" aria-label="Layers">
      <div className="palette-search">
        <input
          type="search"
          aria-label="Add a layer"
          placeholder="Add a layer…"
          value={query}
          onChange={e => setQuery(e.target.value)}
          onKeyDown={onKeyDown}
        />
        {!query && (
          <kbd className="mono" title="Tab on the canvas searches for a layer at the pointer">
            Tab
          </kbd>
        )}
      </div>
      <div className="palette-list" ref={list}>
        {query ? <Items layers={found} /> : <Sections />}
        {found.length === 0 && <p className="palette-none">No layer is called “{query}”.</p>}
      </div>
      <CarriedCard />
    </nav>
  )
}

const Sections = () => sections(layers).map(section => <Section key={section.title} section={section} />)

const Section = ({ section: { title, layers: own, more } }: { section: LayerSection }) => {
  const [open, setOpen] = useState(own.length === 0)
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      <Items layers={own} />
      {open && <Items layers={more} />}
      {own.length > 0 && more.length > 0 && (
        <button type="button" className="palette-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer' : `${more.length} more`}
        </button>
      )}
    </section>
  )
}

/** Arrow keys walk through the buttons of the palette. */
const walk = (event: KeyboardEvent<HTMLButtonElement>): void => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step) return
  const all = [...(event.currentTarget.closest('.palette-list')?.querySelectorAll('button') ?? [])]
  const next = all[all.indexOf(event.currentTarget) + step]
  event.preventDefault()
  if (next) next.focus()
  else if (step < 0) event.currentTarget.closest('.palette')?.querySelector('input')?.focus()
}

const Items = ({ layers: shown }: { layers: readonly AnyLayerDef[] }) =>
  shown.map(def => (
    <button
      key={def.type}
      type="button"
      className="palette-item"
      title={def.doc}
      data-type={def.type}
      onPointerDown={e => startCarry(def.type, e)}
      onClick={e => {
        addLayer(def.type)
        if (e.detail > 0) canvasView()?.focus()
      }}
      onKeyDown={walk}
    >
      <i style={{ background: colourOf(def.category) }} />
      <span>{def.title}</span>
    </button>
  ))
