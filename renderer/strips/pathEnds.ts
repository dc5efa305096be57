import type { Contribution } from '../../shared/engine/protocol.ts'
import type { Position } from '../../shared/graph/document.ts'
import { CARD } from '../../shared/graph/layout.ts'
import type { StripPlan } from './plan.ts'

/** A strip on the canvas: its plan, where its card stands, and how its channels lie. */
export interface PlacedStrip {
  readonly plan: StripPlan
  readonly card: Position
  readonly folded: boolean
  /** Channels or units of the layer. */
  readonly channels: number
  /** Height of an output's bar, 0–1. */
  readonly bar?: (channel: number) => number
}

/** Where the strip's room begins beside or under its card, and its height, as in canvas.css. */
const ROOM = { wide: { x: CARD.width + 22, y: 3, height: 46 }, folded: { x: 0, y: CARD.height + 4, height: 26 } } as const
/** From a strip's last tile to the middle of its "+9". */
const MORE = 17

/** From a tile to the middle of its frame. */
const EDGE = 0.75

/** Middle of a channel or unit across its strip. */
const across = (plan: StripPlan, channel: number, channels: number): number => {
  if (plan.kind === 'image') return (plan.width * (channel + 1)) / (channels + 1)
  if (plan.kind === 'tiles') return channel < plan.tiles ? channel * plan.pitch + plan.size / 2 : plan.width + MORE
  if (plan.kind === 'bars') return (channel + 0.5) * plan.pitch
  const cells = plan.lines * plan.columns
  const cell = channels <= cells ? channel : Math.floor((channel * cells) / channels)
  return (((cell % plan.columns) + 0.5) * plan.width) / plan.columns
}

/** Where a channel's tile begins and ends from top to bottom, and its middle across; canvas coordinates. */
export const spotOf = ({ plan, card, folded, channels, bar }: PlacedStrip, channel: number) => {
  const room = folded ? ROOM.folded : ROOM.wide
  const free = plan.kind === 'bars' ? 0 : (room.height - plan.height) / 2
  const above = plan.kind === 'bars' && bar ? plan.height * (1 - bar(channel)) : 0
  const top = card.y + room.y + free
  const x = card.x + room.x + across(plan, channel, channels)
  return { x, top: top + above, bottom: top + plan.height }
}

/** The frame of one tile, `M…Z`, as an outline; null where a channel has no tile of its own. */
export const frameOf = (strip: PlacedStrip, channel: number): string | null => {
  const { plan } = strip
  if (plan.kind !== 'tiles' || channel >= plan.tiles) return null
  const { x, top, bottom } = spotOf(strip, channel)
  const half = plan.size / 2 + EDGE
  return `M${x - half} ${top - EDGE}H${x + half}V${bottom + EDGE}H${x - half}Z`
}

/** Distance between a tile and the end of a line. */
const AIR = 1.5

/** The curve from one tile to another: down through the room between two strips, or below them where they stand side by side. */
export const curveOf = (from: ReturnType<typeof spotOf>, to: ReturnType<typeof spotOf>): string => {
  const y1 = from.bottom + AIR
  const below = to.top - AIR
  if (below > y1) {
    const reach = Math.min(90, (below - y1) * 0.62)
    return `M${from.x} ${y1}C${from.x} ${y1 + reach} ${to.x} ${below - reach} ${to.x} ${below}`
  }
  const y2 = to.bottom + AIR
  const depth = Math.max(y1, y2) + Math.min(80, 18 + Math.abs(to.x - from.x) * 0.12)
  return `M${from.x} ${y1}C${from.x} ${depth} ${to.x} ${depth} ${to.x} ${y2}`
}

/** One line to draw. `strength` is 0–1 within its layer; the strongest line of a layer has 1. */
export interface PathLine {
  readonly key: string
  readonly d: string
  readonly isPositive: boolean
  readonly strength: number
}

/** The lines of all contributions between strips that are on the canvas; those that would lie on each other, as at "+9", are one with their sum. Strong ones come last and lie above. */
export const linesOf = (paths: readonly Contribution[], stripOf: (node: string) => PlacedStrip | null): readonly PathLine[] => {
  const merged = new Map<string, { readonly d: string; readonly to: string; share: number }>()
  for (const { from, to, share } of paths) {
    const [start, end] = [stripOf(from.node), stripOf(to.node)]
    if (!start || !end) continue
    const [a, b] = [spotOf(start, from.channel), spotOf(end, to.channel)]
    const key = `${from.node} ${a.x - start.card.x} ${to.node} ${b.x - end.card.x}`
    const known = merged.get(key)
    if (known) known.share += share
    else merged.set(key, { d: curveOf(a, b), to: to.node, share })
  }
  const most = new Map<string, number>()
  for (const { to, share } of merged.values()) most.set(to, Math.max(most.get(to) ?? 0, Math.abs(share)))
  return [...merged]
    .map(([key, { d, to, share }]) => ({ key, d, isPositive: share >= 0, strength: Math.abs(share) / (most.get(to) || 1) }))
    .sort((a, b) => a.strength - b.strength)
}
