import { MISSING } from '../../../kernels/webgpu/formulas.ts'
import type { Merge } from '../../../layers/plan.ts'
import { sizeOf } from '../../../layers/shape.ts'
import { PlanBuilder, type Target as PlanTarget } from '../builder.ts'
import type { Plan } from '../plan.ts'
import { each, type Job, type Range } from './job.ts'
import { aligned, placeWeights, type Slot } from './weights.ts'

/** A tensor of the plan in device memory. */
export interface Tensor {
  /** `[batch, ...shape]`. */
  readonly range: Range
  /** Values per sample. */
  readonly size: number
}

/** What plans on a graphics card are made of: places are ranges of buffers. */
interface GpuParts {
  job: Job
  place: Range
  gate: Range | null
  tensor: Tensor
  slot: Slot
}

/** Where an input gradient goes, and (or null) the values that gate it. */
export type Target = PlanTarget<GpuParts>

/** Tensors that one kernel merges; with the gate and the result this stays below eight bindings, which every device has. */
const TERMS = 5

/** Turns the nodes of a plan into buffers and jobs; each operation's file adds its own. */
export class Builder extends PlanBuilder<GpuParts> {
  /** Floats of each buffer. */
  readonly buffers: number[] = []
  readonly slots: readonly Slot[]
  /** All weights that learn and their gradients, each in one stretch; and all others. */
  readonly weights: Range
  readonly grads: Range
  readonly fixed: Range
  protected readonly tensors: readonly Tensor[]
  /** How many tensors take their gradient from a buffer, and buffers that none needs any more. */
  private readonly takers = new Map<number, number>()
  private readonly spare = new Set<number>()
  private shared = -1

  constructor(plan: Plan, batch: number) {
    super(plan, batch)
    const { slots, learning, fixed } = placeWeights(plan.nodes, { weights: 0, grads: 1, fixed: 2 })
    this.slots = slots
    this.weights = this.room(learning)
    this.grads = this.room(learning)
    this.fixed = this.room(fixed)
    this.tensors = plan.nodes.map(({ shape }) => ({ range: this.perSample(sizeOf(shape)), size: sizeOf(shape) }))
  }

  /** A buffer of its own for this many floats. */
  room(floats: number): Range {
    const size = Math.max(64, aligned(floats))
    this.buffers.push(size)
    return { buffer: this.buffers.length - 1, at: 0, floats: size }
  }
  /** Room for this many floats per sample. */
  perSample(floats: number): Range {
    return this.room(this.batch * floats)
  }

  /** Room that is used within one or two jobs and then by others. */
  scratch(floats: number): Range {
    if (this.shared < 0) this.shared = this.room(0).buffer
    this.buffers[this.shared] = Math.max(this.buffers[this.shared] ?? 0, aligned(floats))
    return { buffer: this.shared, at: 0, floats: aligned(floats) }
  }

  protected gateOf(i: number, gated: boolean): Range | null {
    return gated ? this.tensor(i).range : null
  }

  protected addGradients(i: number, parts: readonly Range[], { to, gate }: Target): void {
    for (const job of mergeJobs('of gradients', 'sum', this.tensor(i).size, parts, to, { gate })) this.backward(job)
  }

  override release(i: number): void {
    for (const { buffer } of this.gradients[i] ?? []) {
      const left = (this.takers.get(buffer) ?? 1) - 1
      this.takers.set(buffer, left)
      if (left === 0) this.spare.add(buffer)
    }
  }

  protected override keep(i: number, range: Range): void {
    super.keep(i, range)
    this.takers.set(range.buffer, (this.takers.get(range.buffer) ?? 0) + 1)
  }

  /** A buffer that was released and is not much too large, else a new one. */
  protected gradientRoom(size: number): Range {
    const floats = aligned(this.batch * size)
    const fits = [...this.spare].filter(k => (this.buffers[k] ?? 0) >= floats && (this.buffers[k] ?? 0) <= 4 * floats)
    const best = fits.reduce((a, b) => ((this.buffers[b] ?? 0) < (this.buffers[a] ?? 0) ? b : a), fits[0] ?? -1)
    if (best < 0) return this.perSample(size)
    this.spare.delete(best)
    return { buffer: best, at: 0, floats }
  }
}

/** WGSL that merges two values; NaN stays NaN. */
const MERGES: Readonly<Record<Merge, (a: string, b: string) => string>> = {
  sum: (a, b) => `${a} + ${b}`,
  product: (a, b) => `${a} * ${b}`,
  maximum: (a, b) => `largest(${a}, ${b})`,
  minimum: (a, b) => `-largest(-${a}, -${b})`,
}
const LARGEST = `${MISSING}
fn largest(a: f32, b: f32) -> f32 { return select(select(a, b, b > a || missing(b)), a, missing(a)); }`

/** Jobs that merge tensors of `size` values per sample into one, with ReLU or gate at the end. */
export const mergeJobs = (
  name: string,
  kind: Merge,
  size: number,
  terms: readonly Range[],
  out: Range,
  { relu = false, gate = null }: { readonly relu?: boolean; readonly gate?: Range | null },
): readonly Job[] => {
  const jobs: Job[] = []
  for (let start = 0; start < terms.length; start += TERMS) {
    const part = terms.slice(start, start + TERMS)
    const last = start + TERMS >= terms.length
    const merged = [...(start ? ['y[i]'] : []), ...part.map((_, k) => `x${k}[i]`)].reduce(MERGES[kind])
    const gated = last && gate
    jobs.push(
      each(
        `${kind} ${name}`,
        size,
        [
          ...part.map((range, k) => ({ name: `x${k}`, range })),
          ...(gated ? [{ name: 'gate', range: gate }] : []),
          { name: 'y', range: out, written: true },
        ],
        `let v = ${merged};\n    y[i] = ${gated ? 'select(0.0, v, gate[i] > 0.0)' : last && relu ? RELU : 'v'};`,
        kind === 'maximum' || kind === 'minimum' ? LARGEST : '',
      ),
    )
  }
  return jobs
}

/** ReLU of `v`; lets NaN through, so that broken numbers show in the loss. */
export const RELU = 'select(v, 0.0, v <= 0.0)'
