import type { Category } from '../../shared/layers/define.ts'
import type { Shape } from '../../shared/layers/shape.ts'
import { boxOf, extentOf, rise } from '../../shared/picture/glyph.ts'
import { Solid } from './Solid.tsx'

/** One layer of a pyramid. */
export interface PyramidLayer {
  readonly id: string
  readonly shape: Shape
  readonly category: Category | undefined
}

const GAP = 5
const HEIGHT = 46
/** Least and most room in width, in the pixels of the glyphs; a longer network stands in a closer row, each box before the last one. */
const WIDTH = { least: 226, most: 340 } as const

/** The shapes of a network in a row, in order of computation, to one scale. */
export const Pyramid = ({ layers, label }: { layers: readonly PyramidLayer[]; label: string }) => {
  const sum = layers.reduce((total, { shape }) => total + extentOf(boxOf(shape)).width, 0)
  const gap = Math.min(GAP, (WIDTH.most - sum) / Math.max(1, layers.length - 1))
  let x = 0
  const placed = layers.map(layer => {
    const box = boxOf(layer.shape)
    const left = x
    x += extentOf(box).width + gap
    return { layer, box, left }
  })
  const width = Math.max(WIDTH.least, x - gap)
  return (
    <svg
      className="pyramid"
      viewBox={`${(x - gap - width) / 2} 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="xMidYMid meet"
      role="img"
      aria-label={label}
    >
      {placed.map(({ layer, box, left }) => (
        <Solid key={layer.id} box={box} category={layer.category} x={left} y={rise(box, HEIGHT)} ground="var(--ink-1)" />
      ))}
    </svg>
  )
}
