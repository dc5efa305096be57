import type { Resolved } from '../../shared/graph/resolved.ts'
import type { Shape } from '../../shared/layers/shape.ts'

/** What a layer is to its strip. */
export type Role = 'input' | 'inner' | 'output'

/** The role of a node in its network. */
export const roleIn = ({ inputs, outputs }: Pick<Resolved, 'inputs' | 'outputs'>, node: string): Role =>
  inputs.includes(node) ? 'input' : outputs.includes(node) ? 'output' : 'inner'

/** How a layer's activations are shown, sizes in CSS pixels. */
export type StripPlan =
  | { readonly kind: 'image'; readonly size: number; readonly width: number; readonly height: number; readonly rgb: boolean }
  | {
      readonly kind: 'tiles'
      readonly size: number
      readonly pitch: number
      readonly tiles: number
      /** Channels that are not shown. */
      readonly more: number
      readonly width: number
      readonly height: number
    }
  | { readonly kind: 'barcode'; readonly lines: number; readonly columns: number; readonly width: number; readonly height: number }
  | { readonly kind: 'bars'; readonly pitch: number; readonly count: number; readonly width: number; readonly height: number }

const GAP = 3
/** Wide and folded strips: tile size, most tiles, width of a barcode. */
const WIDE = { tile: 40, most: 11, code: 430, input: 46 } as const
const FOLDED = { tile: 24, most: 8, code: 216, input: 24 } as const
/** Most outputs shown as bars with a label each. */
const MOST_BARS = 11

const tilesPlan = (height: number, width: number, channels: number, sent: number, size: typeof WIDE | typeof FOLDED): StripPlan => {
  const tiles = Math.min(channels, sent, size.most)
  // A one-dimensional or flat map is drawn as flat as it is, but never under a third of the tile.
  const tall = Math.max(size.tile / 3, Math.min(size.tile, (size.tile * height) / Math.max(1, width)))
  const pitch = size.tile + GAP
  return { kind: 'tiles', size: size.tile, pitch, tiles, more: channels - tiles, width: tiles * pitch - GAP, height: Math.round(tall) }
}

/** Plans the strip of a layer with this output shape; `sent` channels of it have arrived. Null for shapes that have no picture. */
export const planStrip = (shape: Shape, role: Role, sent: number, folded: boolean): StripPlan | null => {
  const size = folded ? FOLDED : WIDE
  const [a = 1, b = 1, c] = shape
  if (c !== undefined && shape.length === 3) {
    if (role === 'input' && (c === 1 || c === 3))
      return { kind: 'image', size: size.input, width: size.input, height: size.input, rgb: c === 3 }
    return tilesPlan(a, b, c, sent, size)
  }
  if (shape.length === 2) return tilesPlan(1, a, b, sent, size)
  if (shape.length !== 1) return null
  if (role === 'output' && a <= MOST_BARS) {
    const pitch = folded ? Math.floor(216 / Math.max(a, 6)) : 43
    return { kind: 'bars', pitch, count: a, width: pitch * a, height: folded ? 24 : 28 }
  }
  const lines = a > 24 ? 2 : 1
  const columns = Math.min(Math.ceil(a / lines), Math.floor(size.code / 4))
  const cell = Math.min(18, size.code / columns)
  return { kind: 'barcode', lines, columns, width: Math.round(cell * columns), height: folded ? 12 : 20 }
}

/** The tile, unit or bar under a point of the strip, or null between them. */
export const hitStrip = (plan: StripPlan, x: number, y: number, units: number): number | null => {
  if (x < 0 || y < 0 || x >= plan.width || y >= plan.height) return null
  if (plan.kind === 'image') return 0
  if (plan.kind === 'barcode') {
    const line = Math.floor((y / plan.height) * plan.lines)
    const cell = line * plan.columns + Math.floor((x / plan.width) * plan.columns)
    const cells = plan.lines * plan.columns
    const unit = units <= cells ? cell : Math.floor((cell * units) / cells)
    return unit < units ? unit : null
  }
  const at = Math.floor(x / plan.pitch)
  return plan.kind === 'tiles' && x - at * plan.pitch >= plan.size ? null : at
}
