import { type Job, job } from '../../../../kernels/wasm/program.ts'
import { type Axis, MOST_AXES } from '../../../../layers/plan.ts'
import type { Builder } from '../builder.ts'
import type { Lower } from './define.ts'

/** A tensor whose values are taken, `size` per sample, and one of as many samples made of them. */
interface Move {
  readonly x: number
  readonly size: number
  readonly start: number
  readonly axes: readonly Axis[]
  readonly y: number
}

/** Takes values by their places; with `back`, adds the values of y up where they came from, gated if there is a gate. */
export const moveJob = (
  b: Builder,
  samples: number,
  { axes, ...places }: Move,
  { back = false, gate = 0 }: { readonly back?: boolean; readonly gate?: number } = {},
): Job => {
  const padded: readonly Axis[] = [...Array.from({ length: MOST_AXES - axes.length }, (): Axis => [1, 0]), ...axes]
  const [[d0, s0], [d1, s1], [d2, s2], [d3, s3], [d4, s4]] = padded as readonly [Axis, Axis, Axis, Axis, Axis]
  return job('move', samples, b.grain(samples), { ...places, d0, d1, d2, d3, d4, s0, s1, s2, s3, s4, back: back ? 1 : 0, gate })
}

/** Values in other places, left out or repeated. */
export const lowerMove: Lower<'move'> = (b, node) => {
  const { at: x, size } = b.input(node)
  const move = { x, size, start: node.op.start, axes: node.op.axes, y: b.output(node).at }
  b.forward(batch => moveJob(b, batch, move))
  return dy => {
    const target = b.inputGradient(node)
    if (target) b.backward(batch => moveJob(b, batch, { ...move, x: target.to, y: dy }, { back: true, gate: target.gate }))
  }
}
