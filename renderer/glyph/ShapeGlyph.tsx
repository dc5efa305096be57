import { memo } from 'react'
import type { Category } from '../../shared/layers/define.ts'
import type { Shape } from '../../shared/layers/shape.ts'
import { boxOf, extentOf, rise } from '../../shared/picture/glyph.ts'
import { Solid } from './Solid.tsx'

interface Props {
  /** Output shape without batch; null draws an empty outline. */
  readonly shape: Shape | null
  readonly category: Category | undefined
}

/** The shape glyph of a node card, 48×50 px. */
export const ShapeGlyph = memo(({ shape, category }: Props) => (
  <svg className="glyph" width="48" height="50" viewBox="0 0 48 50" aria-hidden="true">
    {shape ? <Centred shape={shape} category={category} /> : <rect x="15" y="16" width="18" height="18" rx="2" className="glyph-unknown" />}
  </svg>
))

const Centred = ({ shape, category }: { shape: Shape; category: Category | undefined }) => {
  const box = boxOf(shape)
  return <Solid box={box} category={category} x={24 - extentOf(box).width / 2} y={rise(box, 50)} ground="var(--ink-2)" />
}
