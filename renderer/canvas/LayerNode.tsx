import { Snowflake, TriangleAlert } from 'lucide-react'
import { type CSSProperties, memo } from 'react'
import { Handle, type NodeProps, Position } from 'reactflow'
import { summaryOf } from '../../shared/graph/describe.ts'
import type { ResolvedNode } from '../../shared/graph/resolved.ts'
import { dims } from '../../shared/layers/shape.ts'
import { colourOf } from '../glyph/glyph.ts'
import { ShapeGlyph } from '../glyph/ShapeGlyph.tsx'
import { FilmStrip } from '../strips/FilmStrip.tsx'
import { whole } from '../ui/format.ts'
import { canvasStore, type Direction, useCanvas } from './canvasStore.ts'
import { NameField } from './NameField.tsx'
import type { LayerNode } from './toFlow.ts'

const stateOf = ({ node, issues }: ResolvedNode): string =>
  [
    issues.some(i => i.severity === 'error') ? 'bad' : issues.length ? 'warn' : '',
    node.bypassed ? 'bypassed' : '',
    node.frozen ? 'frozen' : '',
  ]
    .filter(Boolean)
    .join(' ')

/** Whether a wire that is being drawn may end here. */
const useTarget = (id: string): 'source' | 'possible' | 'impossible' | undefined =>
  useCanvas(({ connecting }) => {
    if (!connecting) return undefined
    if (connecting.node === id) return 'source'
    return connecting.possible.has(id) ? 'possible' : 'impossible'
  })

/** The card of one layer, with its film strip beside it. */
export const LayerCard = memo(({ id, data, selected }: NodeProps<LayerNode>) => {
  const { resolved, folded, strip, direction } = data
  const target = useTarget(id)
  const colour = { '--c': colourOf(resolved.def?.category) } as CSSProperties
  return (
    <>
      <div
        className={`card ${stateOf(resolved)}`}
        data-selected={selected || undefined}
        data-target={target}
        style={colour}
        title={hint(resolved)}
      >
        <ShapeGlyph shape={resolved.output} category={resolved.def?.category} />
        <Words resolved={resolved} />
        <Numbers resolved={resolved} />
        <div className="card-block" />
      </div>
      <Ports takesInput={resolved.def?.input.arity !== 'none'} direction={direction} />
      {strip && (
        <div className={folded ? 'strip-place folded nodrag nopan' : 'strip-place nodrag nopan'}>
          <FilmStrip nodeId={id} folded={folded} />
        </div>
      )}
    </>
  )
})

const hint = ({ issues }: ResolvedNode): string | undefined => issues.map(i => i.message).join('\n') || undefined

const Words = ({ resolved }: { resolved: ResolvedNode }) => {
  const { node } = resolved
  const renaming = useCanvas(s => s.renaming === node.id)
  return (
    <div className="card-words">
      {renaming ? (
        <NameField id={node.id} name={node.name} onDone={() => canvasStore.setState({ renaming: null })} />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: renaming is also the command "Rename" (F2)
        <div className="card-name" onDoubleClick={() => canvasStore.setState({ renaming: node.id })}>
          <span>{node.name}</span>
          {node.frozen && <Snowflake size={11} className="card-frozen" aria-hidden="true" />}
          {resolved.issues.length > 0 && <TriangleAlert size={11} className="card-alert" aria-hidden="true" />}
        </div>
      )}
      <div className="card-summary mono">{summaryOf(resolved)}</div>
    </div>
  )
}

const Numbers = ({ resolved: { output, parameters } }: { resolved: ResolvedNode }) => (
  <div className="card-numbers mono">
    {output ? dims(output) : '?'}
    <small>{parameters > 0 ? whole(parameters) : ''}</small>
  </div>
)

const Ports = ({ takesInput, direction }: { takesInput: boolean; direction: Direction }) => (
  <>
    {takesInput && <Handle type="target" position={direction === 'down' ? Position.Top : Position.Left} />}
    <Handle type="source" position={direction === 'down' ? Position.Bottom : Position.Right} />
  </>
)
