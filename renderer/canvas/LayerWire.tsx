import { type CSSProperties, memo } from 'react'
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from 'reactflow'
import { dims } from '../../shared/layers/shape.ts'
import { useCanvas } from './canvasStore.ts'
import { useCut } from './cutStore.ts'
import type { WireEdge } from './toFlow.ts'

/** A wire: a smooth curve, a little thicker for larger tensors; under the pointer it says the shape that flows. */
export const LayerWire = memo(({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data }: EdgeProps<WireEdge>) => {
  const hovered = useCanvas(s => s.hoverWire === id)
  const takes = useCanvas(s => s.dropWire === id)
  const cut = useCut(s => s.crossed.has(id))
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition })
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        className={cut ? 'wire cut' : takes ? 'wire takes' : 'wire'}
        style={takes || cut ? undefined : ({ '--wire': `${data?.width ?? 1.5}px` } as CSSProperties)}
        interactionWidth={18}
      />
      {hovered && (
        <EdgeLabelRenderer>
          <div className="wire-label mono" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {data?.shape ? dims(data.shape) : 'shape not known'}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  )
})
