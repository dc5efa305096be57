import { MiniMap, type MiniMapNodeProps, useReactFlow, useStore } from 'reactflow'
import { CARD } from '../../shared/graph/layout.ts'
import { colourOf } from '../glyph/glyph.ts'
import { STRIP } from './geometry.ts'
import type { LayerNode } from './toFlow.ts'

/** Canvas width in pixels below which the overview would cover the network. */
const NARROW = 860

/** Whether the canvas has room for the overview. */
export const useRoom = (): boolean => useStore(s => s.width >= NARROW)

const SIZE = { width: 96, height: 92 } as const

/** The whole network small, with what is on screen; drag to move about. */
export const Overview = () => (
  <MiniMap pannable zoomable ariaLabel="Overview of the network" nodeComponent={Mark} offsetScale={3} style={SIZE} />
)

const Mark = ({ id, x, y, selected }: MiniMapNodeProps) => {
  const data = useReactFlow<LayerNode>().getNode(id)?.data
  const colour = colourOf(data?.resolved.def?.category)
  return (
    <>
      <rect x={x} y={y} width={CARD.width} height={CARD.height} rx={10} fill={colour} opacity={selected ? 1 : 0.75} />
      {data?.strip && !data.folded && (
        <rect x={x + CARD.width + STRIP.gap} y={y + 4} width={STRIP.width} height={CARD.height - 8} rx={6} fill="var(--ink-3)" />
      )}
    </>
  )
}
