import { useEffect, useId, useRef, useState } from 'react'
import { HEAD_KINDS, type HeadKind, headKinds } from '../../shared/graph/newHead.ts'
import { type Cut, weighing } from '../../shared/graph/transfer.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { whole } from '../ui/format.ts'
import type { Point } from './canvasStore.ts'
import './cut.css'
import { freezeAbove, putHead, wantedClasses } from './cutActions.ts'
import { closeCut, useCut } from './cutStore.ts'
import { canvasView } from './view.ts'

const SIZE = { width: 288, height: 300 } as const

const KINDS: Readonly<Record<HeadKind, string>> = {
  same: 'The same layers; the last one starts anew',
  hidden: 'Dense 128, dropout 0.5, Dense softmax',
  single: 'One Dense softmax',
}

/** Asks what is to be done with a cut. */
export const CutBox = () => {
  const ask = useCut(s => s.ask)
  return ask && <Box key={ask.cut.wires.join()} cut={ask.cut} point={ask.point} />
}

const leave = (): void => {
  closeCut()
  canvasView()?.focus()
}

const Box = ({ cut, point }: { cut: Cut; point: Point }) => {
  const box = useRef<HTMLDivElement>(null)
  const [heading, setHeading] = useState(false)
  const [classes] = useState(wantedClasses)
  useEffect(() => {
    box.current?.querySelector('button')?.focus()
    const away = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) closeCut()
    }
    window.addEventListener('pointerdown', away)
    return () => window.removeEventListener('pointerdown', away)
  }, [])
  const left = Math.max(8, Math.min(point.x + 14, window.innerWidth - SIZE.width - 8))
  const top = Math.max(8, Math.min(point.y + 10, window.innerHeight - SIZE.height - 8))
  return (
    <div
      ref={box}
      className="cut-box"
      role="dialog"
      aria-label="What to do at the cut"
      style={{ left, top, width: SIZE.width }}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Escape') leave()
      }}
    >
      <Above cut={cut} />
      <button type="button" className="button wide" onClick={() => freezeAbove(cut)}>
        Freeze above
      </button>
      {heading ? (
        <HeadForm cut={cut} usual={classes} />
      ) : (
        <button type="button" className="button wide" onClick={() => setHeading(true)}>
          New head for {classes} classes…
        </button>
      )}
      <button type="button" className="button quiet wide" onClick={leave}>
        Cancel
      </button>
    </div>
  )
}

/** What lies above the cut. */
const Above = ({ cut }: { cut: Cut }) => {
  const { project } = projectStore.getState()
  const resolved = resolvedOf(project)
  const kept = weighing(project, cut.trunk)
  const parameters = kept.reduce((sum, id) => sum + (resolved.nodes.get(id)?.parameters ?? 0), 0)
  return (
    <p>
      Above the cut: {kept.length === 1 ? '1 layer' : `${kept.length} layers`} with <span className="mono">{whole(parameters)}</span>{' '}
      parameters.
    </p>
  )
}

const HeadForm = ({ cut, usual }: { cut: Cut; usual: number }) => {
  const [kinds] = useState(() => headKinds(projectStore.getState().project, cut))
  const [kind, setKind] = useState<HeadKind>(kinds[0] ?? 'hidden')
  const [text, setText] = useState(String(usual))
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])
  const classes = Number(text)
  const wrong = !Number.isInteger(classes) || classes < 2
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (!wrong) putHead(cut, classes, kind)
      }}
    >
      <label htmlFor={id}>
        Classes
        <input
          id={id}
          className="field mono"
          inputMode="numeric"
          ref={field}
          value={text}
          aria-invalid={wrong}
          onChange={e => setText(e.target.value)}
        />
      </label>
      <fieldset>
        <legend className="visually-hidden">Layers of the head</legend>
        {HEAD_KINDS.filter(k => kinds.includes(k)).map(k => (
          <label key={k}>
            <input type="radio" name={id} checked={k === kind} onChange={() => setKind(k)} />
            {KINDS[k]}
          </label>
        ))}
      </fieldset>
      <button type="submit" className="button primary wide" disabled={wrong} title={wrong ? 'A head takes two classes or more' : undefined}>
        Make the head
      </button>
    </form>
  )
}
