import { job } from '../../../../kernels/wasm/program.ts'
import type { Window } from '../../../../kernels/window.ts'
import type { NodeOf } from '../../plan.ts'
import { type Builder, packedFloats } from '../builder.ts'
import { panels } from '../weights.ts'
import type { Lower } from './define.ts'

const POINTS = 36
/** Fewest channels for which the transforms pay off. */
const FEWEST = 8
/** Multiplications left at most, as a share of the direct sum's. */
const WORTH = 0.7
/** Tiles that are transformed together, and the floats they may fill. */
const TILES = 64
const MOST_FLOATS = 2 ** 22
/** Floats for the transform of lines, and what the planes of the points are apart. */
const LINES = 288 + 2 * POINTS * 32

const tilesOf = ({ oh, ow, size: [r] }: Window): number => Math.ceil(oh / (7 - r)) * Math.ceil(ow / (7 - r))
const even4 = (n: number): number => Math.ceil(n / 4) * 4
const floatsPerTile = ({ c, n }: Window): number => POINTS * (panels(c) * 8 + panels(n) * 8)

/** Whether Winograd's algorithm applies and does much less work. */
export const worthWinograd = (v: Window): boolean => {
  const [r, r2] = v.size
  const plain = v.strides[0] * v.strides[1] * v.dilation[0] * v.dilation[1] === 1
  if (!plain || r !== r2 || r < 2 || r > 5 || v.c < FEWEST || v.n < FEWEST) return false
  const tiles = tilesOf(v)
  return POINTS * tiles <= WORTH * r * r * v.oh * v.ow && tiles * floatsPerTile(v) <= MOST_FLOATS
}

const common = (v: Window) => ({ H: v.h, W: v.w, C: v.c, top: v.top, left: v.left, r: v.size[0] })

/** A convolution of stride 1 by Winograd's algorithm (`kernels/asm/winograd.ts`). */
export const winogradConvolution = (b: Builder, node: NodeOf<'conv2d'>, v: Window): ReturnType<Lower<'conv2d'>> => {
  const kernel = b.weight(node, 'kernel')
  const bias = b.weight(node, 'bias')
  if (!kernel) throw new Error(`${node.id} has no kernel.`)
  const r = v.size[0]
  const x = b.input(node).at
  const rows = panels(v.n) * v.c
  const u = b.arena.floats(POINTS * rows * 8)
  const group = Math.max(1, Math.round(TILES / tilesOf(v)))
  b.scratch(LINES + even4(group * tilesOf(v)) * floatsPerTile(v) + packedFloats(Math.max(v.c, v.n)))
  b.forward(() => job('winogradFilter', rows, b.grain(rows), { w: kernel.at, r, inner: v.c, N: v.n, out: u }))
  b.forward(batch =>
    job('winogradForward', Math.ceil(batch / group), 1, {
      ...{ x, ...common(v), OH: v.oh, OW: v.ow, N: v.n, batch, group, u },
      ...{ bias: bias?.at ?? 0, relu: node.relu ? 1 : 0, y: b.output(node).at },
    }),
  )
  return dy => {
    const target = b.inputGradient(node)
    const plane = POINTS * rows * 8
    const floats = plane + even4(panels(v.n) * 8)
    const parts = b.parts(floats)
    const sums = kernel.grad ? b.arena.floats(parts * floats) : 0
    const ut = target ? b.arena.floats(POINTS * panels(v.c) * 8 * v.n) : 0
    if (target) b.backward(() => job('winogradTranspose', POINTS, b.grain(POINTS), { u, inner: v.c, N: v.n, out: ut }))
    const units = sums ? parts : Math.min(b.batch, 8 * b.threads)
    const db = sums && bias ? sums + 4 * plane : 0
    b.backward(batch =>
      job('winogradGradient', units, 1, {
        ...{ x, ...common(v), dy, OH: v.oh, OW: v.ow, N: v.n, batch, group, parts: units, ut },
        ...{ dx: target?.to ?? 0, gate: target?.gate ?? 0, du: sums, db, partStep: floats },
      }),
    )
    if (!sums) return
    b.backward(() =>
      job('winogradFilterGradient', rows, b.grain(rows), { du: sums, parts, partStep: floats, r, inner: v.c, N: v.n, dw: kernel.grad }),
    )
    if (bias)
      b.backward(() =>
        job('sumParts', Math.ceil(bias.floats / 256), 1, { first: db, parts, partStep: floats, n: bias.floats, out: bias.grad }),
      )
  }
}
