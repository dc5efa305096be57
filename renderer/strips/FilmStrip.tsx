import { type PointerEvent, useEffect, useMemo, useRef } from 'react'
import type { LayerActivation } from '../../shared/engine/protocol.ts'
import { probeStore, useProbe } from '../store/probeStore.ts'
import { resolvedOf, useProject } from '../store/projectStore.ts'
import { figure } from '../ui/format.ts'
import { rangeOf } from './colormaps.ts'
import { dropFrame, onNextFrame } from './frame.ts'
import { lookAt } from './lookStore.ts'
import { OutputBars } from './OutputBars.tsx'
import { paintCanvas, paintStrip } from './painter.ts'
import { pointAt, pointAway } from './pathsStore.ts'
import { hitStrip, planStrip, roleIn, type StripPlan } from './plan.ts'
import './strips.css'

interface Props {
  readonly nodeId: string
  /** Under the card instead of beside it: smaller tiles, eight at most. */
  readonly folded?: boolean
}

/** The live activations of one layer for the probe: maps as tiles, vectors as a barcode, outputs as bars. Nothing until a model lives. */
export const FilmStrip = ({ nodeId, folded = false }: Props) => {
  const role = useProject(s => roleIn(resolvedOf(s.project), nodeId))
  const shape = useProbe(s => s.byNode.get(nodeId)?.shape.join() ?? null)
  const sent = useProbe(s => s.byNode.get(nodeId)?.channels ?? 0)
  const plan = useMemo(
    () => (shape === null ? null : planStrip(shape.split(',').map(Number), role, sent, folded)),
    [shape, role, sent, folded],
  )
  if (!plan) return null
  if (plan.kind === 'bars') return <OutputBars nodeId={nodeId} plan={plan} />
  return <Strip nodeId={nodeId} plan={plan} />
}

/** What hovering says about a tile or unit. */
const tipOf = (layer: LayerActivation, plan: StripPlan, at: number): string => {
  if (plan.kind === 'image') return 'what the network sees'
  if (plan.kind === 'barcode') return `unit ${at} · ${figure(layer.values[at] ?? Number.NaN)}`
  const { low, high } = rangeOf(layer.values, at, layer.values.length, layer.channels)
  return `channel ${at} · ${figure(low)} … ${figure(high)}`
}

const Strip = ({ nodeId, plan }: { nodeId: string; plan: StripPlan }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const tip = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const paint = (): void => {
      const layer = probeStore.getState().byNode.get(nodeId)
      if (layer && canvas.current)
        paintCanvas(canvas.current, plan.width, plan.height, (sheet, scale) => paintStrip(sheet, scale, plan, layer))
    }
    paint()
    const off = probeStore.subscribe((now, before) => {
      if (now.byNode.get(nodeId) !== before.byNode.get(nodeId)) onNextFrame(paint)
    })
    return () => {
      off()
      dropFrame(paint)
      pointAway(nodeId)
    }
  }, [nodeId, plan])

  const at = (event: PointerEvent | React.MouseEvent): number | null => {
    const box = canvas.current?.getBoundingClientRect()
    const layer = probeStore.getState().byNode.get(nodeId)
    if (!box || !layer || box.width === 0) return null
    const zoom = box.width / plan.width
    return hitStrip(plan, (event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom, layer.values.length)
  }
  const hover = (event: PointerEvent): void => {
    const layer = probeStore.getState().byNode.get(nodeId)
    const hit = at(event)
    if (plan.kind !== 'image') pointAt(hit === null ? null : { node: nodeId, channel: hit })
    if (!tip.current) return
    tip.current.hidden = hit === null || !layer
    if (hit === null || !layer) return
    tip.current.textContent = tipOf(layer, plan, hit)
    tip.current.style.left = `${plan.kind === 'tiles' ? hit * plan.pitch : 0}px`
  }
  const leave = (): void => {
    pointAt(null)
    if (tip.current) tip.current.hidden = true
  }
  return (
    <div className="strip">
      <button
        type="button"
        className="strip-button"
        aria-label={`Feature maps of ${nodeId}: open large`}
        onClick={event => lookAt(nodeId, plan.kind === 'tiles' ? at(event) : null)}
        onPointerMove={hover}
        onPointerLeave={leave}
        onFocus={event => event.currentTarget.matches(':focus-visible') && pointAt({ node: nodeId, channel: null })}
        onBlur={() => pointAway(nodeId)}
      >
        <canvas ref={canvas} style={{ width: plan.width, height: plan.height }} />
      </button>
      {plan.kind === 'tiles' && plan.more > 0 && <span className="strip-more">+{plan.more}</span>}
      <span ref={tip} className="strip-tip mono" hidden />
    </div>
  )
}
