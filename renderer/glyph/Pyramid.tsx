import type { Category } from '../../shared/layers/define.ts'
import type { Shape } from '../../shared/layers/shape.ts'
import { boxOf, colourOf, extentOf, faces } from './glyph.ts'

/** One layer of a pyramid. */
export interface PyramidLayer {
  readonly id: string
  readonly shape: Shape
  readonly category: Category | undefined
}

const GAP = 5
const HEIGHT = 46
/** Room in width, in the pixels of the glyphs; a longer network stands in a closer row, each box before the last one. */
const WIDTH = 226

/** The shapes of a network in a row, in order of computation, to one scale. */
export const Pyramid = ({ layers, label }: { layers: readonly PyramidLayer[]; label: string }) => {
  const sum = layers.reduce((total, { shape }) => total + extentOf(boxOf(shape)).width, 0)
  const gap = Math.min(GAP, (WIDTH - sum) / Math.max(1, layers.length - 1))
  let x = 0
  const placed = layers.map(layer => {
    const box = boxOf(layer.shape)
    const left = x
    x += extentOf(box).width + gap
    return { layer, box, left }
  })
  const width = Math.max(1, x - gap)
  return (
    <svg className="pyramid" viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="xMidYMid meet" role="img" aria-label={label}>
      {placed.map(({ layer, box, left }) => {
        const path = faces(box)
        return (
          <g
            key={layer.id}
            transform={`translate(${left} ${HEIGHT / 2 + (box.depth * 0.6 - box.height) / 2})`}
            fill={colourOf(layer.category)}
            stroke="var(--ink-1)"
            strokeWidth="0.6"
          >
            <path d={path.front} opacity="0.95" />
            <path d={path.top} opacity="0.6" />
            <path d={path.side} opacity="0.38" />
          </g>
        )
      })}
    </svg>
  )
}
