import { EyeOff, Snowflake } from 'lucide-react'
import { useState } from 'react'
import type { ResolvedNode } from '../../shared/graph/resolved.ts'
import { rename, toggleBypassed, toggleFrozen } from '../canvas/actions.ts'
import { showKeys } from '../commands/keys.ts'
import { colourOf } from '../glyph/glyph.ts'

/** Name, type and what the layer does, with the two switches of every layer. */
export const Head = ({ resolved: { node, def } }: { resolved: ResolvedNode }) => (
  <header className="inspector-head">
    <div className="inspector-title">
      <i style={{ background: colourOf(def?.category) }} />
      <Name key={`${node.id} ${node.name}`} id={node.id} name={node.name} />
      <Switch label={`Bypass (${showKeys('Ctrl+B')})`} on={node.bypassed} run={() => toggleBypassed([node.id])}>
        <EyeOff size={14} />
      </Switch>
      {def?.weights && (
        <Switch
          label={`Freeze: keep the weights while training (${showKeys('Ctrl+Shift+F')})`}
          on={node.frozen}
          run={() => toggleFrozen([node.id])}
        >
          <Snowflake size={14} />
        </Switch>
      )}
    </div>
    <p>
      {def ? (
        <>
          {def.title} · {def.doc.charAt(0).toLowerCase() + def.doc.slice(1)}
        </>
      ) : (
        `Unknown layer type “${node.type}”`
      )}
    </p>
  </header>
)

const Switch = ({ label, on, run, children }: { label: string; on: boolean; run: () => void; children: React.ReactNode }) => (
  <button type="button" className="button quiet icon" aria-pressed={on} aria-label={label} title={label} onClick={run}>
    {children}
  </button>
)

const Name = ({ id, name }: { id: string; name: string }) => {
  const [draft, setDraft] = useState(name)
  return (
    <input
      className="inspector-name"
      aria-label="Name of the layer"
      maxLength={200}
      spellCheck={false}
      value={draft}
      onChange={event => setDraft(event.target.value)}
      onBlur={() => {
        rename(id, draft)
        if (!draft.trim()) setDraft(name)
      }}
      onKeyDown={event => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') {
          event.stopPropagation()
          setDraft(name)
        }
      }}
    />
  )
}
