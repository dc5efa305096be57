import type { Category } from '../../shared/layers/define.ts'
import { type Box, faces } from '../../shared/picture/glyph.ts'
import { colourOf, shades } from './glyph.ts'

interface Props {
  readonly box: Box
  readonly category: Category | undefined
  /** Where the front face's top left corner stands. */
  readonly x: number
  readonly y: number
  /** CSS colour behind the box. */
  readonly ground: string
}

/** One isometric box of an SVG. */
export const Solid = ({ box, category, x, y, ground }: Props) => {
  const path = faces(box)
  const fill = shades(colourOf(category), ground)
  return (
    <g transform={`translate(${x} ${y})`} stroke={ground} strokeWidth="0.6">
      <path d={path.front} style={{ fill: fill.front }} />
      <path d={path.top} style={{ fill: fill.top }} />
      <path d={path.side} style={{ fill: fill.side }} />
    </g>
  )
}
