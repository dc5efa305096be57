import type { Graph, Position } from '../graph/document.ts'
import { CARD } from '../graph/layout.ts'
import type { Resolved, ResolvedNode } from '../graph/resolved.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { cardOf } from './card.ts'
import { escapeXml } from './text.ts'
import { type PictureTheme, type ThemeId, themes } from './theme.ts'

/** Room around the network, pixels. */
const MARGIN = 24

/** A picture as SVG text with its size in pixels. */
export interface Picture {
  readonly svg: string
  readonly width: number
  readonly height: number
}

type Places = ReadonlyMap<string, Position>
interface Flow {
  readonly places: Places
  /** Whether the network flows down; else to the right. */
  readonly down: boolean
}

/** The way most wires go. */
const flowsDown = ({ wires }: Graph, places: Places): boolean => {
  let [across, down] = [0, 0]
  for (const { from, to } of wires) {
    const [a, b] = [places.get(from), places.get(to)]
    if (!a || !b) continue
    across += Math.abs(b.x - a.x)
    down += Math.abs(b.y - a.y)
  }
  return down >= across
}

const portOf = ({ x, y }: Position, side: 'out' | 'in', down: boolean): Position =>
  down
    ? { x: x + CARD.width / 2, y: y + (side === 'out' ? CARD.height : 0) }
    : { x: x + (side === 'out' ? CARD.width : 0), y: y + CARD.height / 2 }

/** A curve that leaves and enters along the flow; backwards it bows out as in the window. */
const curveOf = (a: Position, b: Position, down: boolean): string => {
  const along = down ? b.y - a.y : b.x - a.x
  const reach = along >= 0 ? along / 2 : 6.25 * Math.sqrt(-along)
  const [c, d] = down ? [`${a.x} ${a.y + reach}`, `${b.x} ${b.y - reach}`] : [`${a.x + reach} ${a.y}`, `${b.x - reach} ${b.y}`]
  return `M${a.x} ${a.y}C${c} ${d} ${b.x} ${b.y}`
}

/** Line width of a wire in pixels: 1.5 and a little more for large tensors. */
export const wireWidth = (shape: Shape | null): number => 1.5 + (shape ? Math.log2(sizeOf(shape) + 1) * 0.05 : 0)

const wiresOf = ({ wires }: Graph, resolved: Resolved, { places, down }: Flow, { text }: PictureTheme): string[] =>
  wires.flatMap(({ from, to }) => {
    const [a, b] = [places.get(from), places.get(to)]
    if (!a || !b) return []
    const width = wireWidth(resolved.nodes.get(from)?.output ?? null).toFixed(2)
    return [
      `<path d="${curveOf(portOf(a, 'out', down), portOf(b, 'in', down), down)}" stroke="${text[2]}" stroke-width="${width}" opacity="0.9"/>`,
    ]
  })

const nodeOf = (node: ResolvedNode, { places, down }: Flow, theme: PictureTheme): string => {
  const at = places.get(node.node.id) ?? { x: 0, y: 0 }
  const port = (side: 'out' | 'in'): string => {
    const { x, y } = portOf({ x: 0, y: 0 }, side, down)
    return `<circle cx="${x}" cy="${y}" r="3.4" fill="${theme.ground}" stroke="${theme.text[2]}" stroke-width="1.2"/>`
  }
  const ports = `${node.def?.input.arity === 'none' ? '' : port('in')}${port('out')}`
  return `<g transform="translate(${at.x} ${at.y})"><title>${escapeXml(node.node.name)}</title>${cardOf(node, theme)}${ports}</g>`
}

/** Where cards stand when the picture's corner is its origin, and how large it is. */
const placed = (graph: Graph): { places: Places; width: number; height: number } => {
  const [xs, ys] = [graph.nodes.map(n => n.position.x), graph.nodes.map(n => n.position.y)]
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const [left, top] = [least(xs), least(ys)]
  const places = new Map(
    graph.nodes.map(({ id, position: { x, y } }) => [id, { x: Math.round(x - left) + MARGIN, y: Math.round(y - top) + MARGIN }]),
  )
  const span = (low: number, high: number, card: number): number => Math.round(high - low) + card + 2 * MARGIN
  return { places, width: span(left, most(xs), CARD.width), height: span(top, most(ys), CARD.height) }
}

/** The network as it is drawn: cards and wires, in the colours of a theme; fonts are named, not carried. */
export const graphSvg = (name: string, graph: Graph, resolved: Resolved, id: ThemeId): Picture => {
  const theme = themes[id]
  const { places, width, height } = placed(graph)
  const flow = { places, down: flowsDown(graph, places) }
  const cards = graph.nodes.flatMap(({ id }) => resolved.nodes.get(id) ?? []).map(node => nodeOf(node, flow, theme))
  const { layers, parameters } = resolved.totals
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(name)}</title>`,
    `<desc>${layers} layers, ${parameters.toLocaleString('en-US')} parameters</desc>`,
    '<style>.name{font-family:"Inter Variable",Inter,"DejaVu Sans",sans-serif;font-weight:600}',
    '.mono{font-family:"JetBrains Mono Variable","JetBrains Mono","DejaVu Sans Mono",monospace}</style>',
    `<rect width="${width}" height="${height}" fill="${theme.ground}"/>`,
    '<g fill="none">',
    ...wiresOf(graph, resolved, flow, theme),
    '</g>',
    ...cards,
    '</svg>',
    '',
  ].join('\n')
  return { svg, width, height }
}
