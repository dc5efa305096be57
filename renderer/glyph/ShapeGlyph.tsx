import { memo } from 'react'
import type { Category } from '../../shared/layers/define.ts'
import type { Shape } from '../../shared/layers/shape.ts'
import { boxOf, colourOf, extentOf, faces } from './glyph.ts'

interface Props {
  /** Output shape without batch; null draws an empty outline. */
  readonly shape: Shape | null
  readonly category: Category | undefined
}

/** The shape glyph of a node card, 48×50 px. */
export const ShapeGlyph = memo(({ shape, category }: Props) => (
  <svg className="glyph" width="48" height="50" viewBox="0 0 48 50" aria-hidden="true">
    {shape ? <Solid shape={shape} category={category} /> : <rect x="15" y="16" width="18" height="18" rx="2" className="glyph-unknown" />}
  </svg>
))

const Solid = ({ shape, category }: { shape: Shape; category: Category | undefined }) => {
  const box = boxOf(shape)
  const path = faces(box)
  const x = 24 - extentOf(box).width / 2
  const y = 25 + (box.depth * 0.6 - box.height) / 2
  return (
    <g transform={`translate(${x} ${y})`} fill={colourOf(category)} stroke="var(--ink-2)" strokeWidth="0.6">
      <path d={path.front} opacity="0.95" />
      <path d={path.top} opacity="0.6" />
      <path d={path.side} opacity="0.38" />
    </g>
  )
}
