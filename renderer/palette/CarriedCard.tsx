import { createPortal } from 'react-dom'
import { layerOf } from '../../shared/layers/registry.ts'
import { useCanvas } from '../canvas/canvasStore.ts'
import { colourOf } from '../glyph/glyph.ts'

/** The layer under the pointer on its way from the palette to the canvas. */
export const CarriedCard = () => {
  const carried = useCanvas(s => s.carried)
  const onWire = useCanvas(s => s.dropWire !== null)
  const def = carried && layerOf(carried.type)
  if (!carried || !def) return null
  const { x, y } = carried.point
  return createPortal(
    <div className="carried" style={{ transform: `translate(${x}px, ${y}px)` }} aria-hidden="true">
      <i style={{ background: colourOf(def.category) }} />
      {def.title}
      {onWire && <span className="faint">insert here</span>}
    </div>,
    document.body,
  )
}
