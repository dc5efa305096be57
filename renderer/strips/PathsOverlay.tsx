import { useEffect, useRef } from 'react'
import { type ReactFlowInstance, useReactFlow, ViewportPortal } from 'reactflow'
import { canvasStore } from '../canvas/canvasStore.ts'
import type { LayerNode } from '../canvas/toFlow.ts'
import { probeStore } from '../store/probeStore.ts'
import { projectStore, resolvedOf } from '../store/projectStore.ts'
import { dropFrame, onNextFrame } from './frame.ts'
import { barHeights } from './painter.ts'
import { frameOf, linesOf, type PathLine, type PlacedStrip } from './pathEnds.ts'
import { followPaths, pathsStore } from './pathsStore.ts'
import { planStrip, roleIn } from './plan.ts'

/** Where the strip of a node stands on the canvas; null when it has none. */
const stripOf = (flow: ReactFlowInstance<LayerNode>, id: string): PlacedStrip | null => {
  const card = flow.getNode(id)
  const layer = probeStore.getState().byNode.get(id)
  if (!card?.data.strip || !layer) return null
  const { folded } = card.data
  const plan = planStrip(layer.shape, roleIn(resolvedOf(projectStore.getState().project), id), layer.channels, folded)
  if (!plan) return null
  const strip = { plan, card: card.position, folded, channels: layer.shape.at(-1) ?? 1 }
  if (plan.kind !== 'bars') return strip
  const heights = barHeights(layer.values)
  return { ...strip, bar: channel => heights[channel] ?? 0 }
}

/** Puts the lines into the drawing; a line that stays keeps its element, so that only new ones fade in. */
const paint = (place: SVGGElement, lines: readonly PathLine[]): void => {
  const before = new Map([...place.children].map(el => [el.getAttribute('data-key'), el]))
  const now = lines.map(({ key, d, isPositive, strength }) => {
    const el = before.get(key) ?? document.createElementNS('http://www.w3.org/2000/svg', 'path')
    el.setAttribute('data-key', key)
    el.setAttribute('data-sign', isPositive ? 'plus' : 'minus')
    el.setAttribute('d', d)
    el.setAttribute('style', `--strength:${strength.toFixed(3)}`)
    return el
  })
  place.replaceChildren(...now)
}

/** The frame round the tile that is pointed at. */
const frameLine = (stripAt: (node: string) => PlacedStrip | null): string => {
  const { pointed } = pathsStore.getState()
  const strip = pointed && pointed.channel !== null ? stripAt(pointed.node) : null
  return (strip && pointed?.channel != null && frameOf(strip, pointed.channel)) || ''
}

/** Thin curves between the strips: what leads to the tile under the pointer, or to the winning class. Drawn without rendering. */
export const PathsOverlay = () => {
  const flow = useReactFlow<LayerNode>()
  const place = useRef<SVGGElement>(null)
  const frame = useRef<SVGPathElement>(null)
  useEffect(() => {
    const draw = (): void => {
      const stripAt = (id: string): PlacedStrip | null => (canvasStore.getState().dragged.size > 0 ? null : stripOf(flow, id))
      if (place.current) paint(place.current, linesOf(pathsStore.getState().paths, stripAt))
      frame.current?.setAttribute('d', frameLine(stripAt))
    }
    const drawSoon = (): void => onNextFrame(draw)
    const offs = [
      pathsStore.subscribe(drawSoon),
      projectStore.subscribe(drawSoon),
      canvasStore.subscribe((now, before) => (now.dragged !== before.dragged || now.direction !== before.direction) && drawSoon()),
      followPaths(),
    ]
    return () => {
      for (const off of offs) off()
      dropFrame(draw)
    }
  }, [flow])
  return (
    <ViewportPortal>
      <svg className="paths" aria-hidden="true">
        <g ref={place} />
        <path ref={frame} className="paths-frame" />
      </svg>
    </ViewportPortal>
  )
}
