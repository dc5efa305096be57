import { sizeOf } from '../../../layers/shape.ts'
import { type Plan, type PlanNode, weightName } from '../plan.ts'
import { each, type Job, type Range } from './job.ts'
import { aligned, placeWeights, type Slot } from './weights.ts'

/** A tensor of the plan in device memory. */
export interface Tensor {
  /** `[batch, ...shape]`. */
  readonly range: Range
  /** Values per sample. */
  readonly size: number
}

/** Where an input gradient goes; where values of `gate` are not above 0 it is 0. */
export interface Target {
  readonly to: Range
  readonly gate: Range | null
}

/** Tensors that one kernel adds up; with the gate and the result this stays below eight bindings, which every device has. */
const TERMS = 5

/** Turns the nodes of a plan into buffers and jobs; each operation's file adds its own. */
export class Builder {
  readonly plan: Plan
  readonly batch: number
  /** Floats of each buffer. */
  readonly buffers: number[] = []
  readonly slots: readonly Slot[]
  /** All weights that learn and their gradients, each in one stretch; and all others. */
  readonly weights: Range
  readonly grads: Range
  readonly fixed: Range
  readonly jobs: { readonly train: Job[]; readonly infer: Job[]; readonly back: Job[] } = { train: [], infer: [], back: [] }
  private readonly tensors: Tensor[]
  private readonly uses: readonly number[]
  private readonly learns: readonly boolean[]
  private readonly gradients: Range[][]
  /** How many tensors take their gradient from a buffer, and buffers that none needs any more. */
  private readonly takers = new Map<number, number>()
  private readonly spare = new Set<number>()
  private shared = -1

  constructor(plan: Plan, batch: number) {
    this.plan = plan
    this.batch = batch
    const { nodes } = plan
    const { slots, learning, fixed } = placeWeights(nodes, { weights: 0, grads: 1, fixed: 2 })
    this.slots = slots
    this.weights = this.room(learning)
    this.grads = this.room(learning)
    this.fixed = this.room(fixed)
    this.tensors = nodes.map(({ shape }) => ({ range: this.perSample(sizeOf(shape)), size: sizeOf(shape) }))
    this.uses = nodes.map((_, i) => nodes.reduce((count, node) => count + node.inputs.filter(input => input === i).length, 0))
    const learns: boolean[] = []
    for (const node of nodes)
      learns.push((!node.frozen && node.weights.some(w => w.trainable)) || node.inputs.some(input => learns[input] === true))
    this.learns = learns
    this.gradients = nodes.map(() => [])
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

  /** Forward job of training, of inference, or of both; and a job of the backward pass, in the order in which it runs. */
  forward(job: Job): void {
    this.jobs.train.push(job)
    this.jobs.infer.push(job)
  }
  train(job: Job): void {
    this.jobs.train.push(job)
  }
  infer(job: Job): void {
    this.jobs.infer.push(job)
  }
  backward(job: Job): void {
    this.jobs.back.push(job)
  }

  input(node: PlanNode, k = 0): Tensor {
    return this.tensor(node.inputs[k] ?? -1)
  }
  output(node: PlanNode): Tensor {
    return this.tensor(this.plan.nodes.indexOf(node))
  }
  tensor(i: number): Tensor {
    const found = this.tensors[i]
    if (!found) throw new Error(`The plan has no tensor ${i}.`)
    return found
  }

  weight(node: PlanNode, name: string): Slot | undefined {
    const outside = weightName(node, name)
    return this.slots.find(slot => slot.name === outside)
  }

  /** Where the gradient of input k goes; null when nothing before it learns. */
  inputGradient(node: PlanNode, k = 0): Target | null {
    const i = node.inputs[k] ?? -1
    if (!this.learns[i]) return null
    const { size, range } = this.tensor(i)
    const to = this.gradientRoom(size)
    this.keep(i, to)
    return { to, gate: this.uses[i] === 1 && this.plan.nodes[i]?.relu ? range : null }
  }

  /** Says that the gradient of input k is what already lies in this range. */
  passGradient(node: PlanNode, k: number, range: Range): void {
    const i = node.inputs[k] ?? -1
    if (!this.learns[i]) return
    if (this.uses[i] === 1 && this.plan.nodes[i]?.relu) {
      const target = this.inputGradient(node, k)
      if (target) for (const job of addUp('gradient', this.tensor(i).size, [range], target.to, { gate: target.gate })) this.backward(job)
    } else this.keep(i, range)
  }

  /** The loss's gradient at tensor i; sums what its users left where there are several. Null when nothing up to it learns. */
  outputGradient(i: number): Range | null {
    const parts = [...(this.gradients[i] ?? [])]
    const [first] = parts
    if (!this.learns[i] || first === undefined) return null
    if (parts.length === 1) return first
    const { size, range } = this.tensor(i)
    const sum = this.gradientRoom(size)
    this.keep(i, sum)
    for (const job of addUp('gradient', size, parts, sum, { gate: this.plan.nodes[i]?.relu ? range : null })) this.backward(job)
    return sum
  }

  /** Names where the loss writes its gradient at tensor i. */
  seedGradient(i: number): Range {
    const range = this.gradientRoom(this.tensor(i).size)
    this.keep(i, range)
    return range
  }

  /** Says that all backward jobs of tensor i are there: its gradient is needed no more. */
  release(i: number): void {
    for (const { buffer } of this.gradients[i] ?? []) {
      const left = (this.takers.get(buffer) ?? 1) - 1
      this.takers.set(buffer, left)
      if (left === 0) this.spare.add(buffer)
    }
  }

  private keep(i: number, range: Range): void {
    this.gradients[i]?.push(range)
    this.takers.set(range.buffer, (this.takers.get(range.buffer) ?? 0) + 1)
  }

  /** Room for a gradient: a buffer that was released and is not much too large, else a new one. */
  private gradientRoom(size: number): Range {
    const floats = aligned(this.batch * size)
    const fits = [...this.spare].filter(k => (this.buffers[k] ?? 0) >= floats && (this.buffers[k] ?? 0) <= 4 * floats)
    const best = fits.reduce((a, b) => ((this.buffers[b] ?? 0) < (this.buffers[a] ?? 0) ? b : a), fits[0] ?? -1)
    if (best < 0) return this.perSample(size)
    this.spare.delete(best)
    return { buffer: best, at: 0, floats }
  }
}

/** Jobs that add tensors of `size` values per sample into one, with ReLU or gate at the end. */
export const addUp = (
  name: string,
  size: number,
  terms: readonly Range[],
  out: Range,
  { relu = false, gate = null }: { readonly relu?: boolean; readonly gate?: Range | null },
): readonly Job[] => {
  const jobs: Job[] = []
  for (let start = 0; start < terms.length; start += TERMS) {
    const part = terms.slice(start, start + TERMS)
    const last = start + TERMS >= terms.length
    const sum = [...(start ? ['y[i]'] : []), ...part.map((_, k) => `x${k}[i]`)].join(' + ')
    const gated = last && gate
    jobs.push(
      each(
        `add ${name}`,
        size,
        [
          ...part.map((range, k) => ({ name: `x${k}`, range })),
          ...(gated ? [{ name: 'gate', range: gate }] : []),
          { name: 'y', range: out, written: true },
        ],
        `let v = ${sum};\n    y[i] = ${gated ? 'select(0.0, v, gate[i] > 0.0)' : last && relu ? RELU : 'v'};`,
      ),
    )
  }
  return jobs
}

/** ReLU of `v`; lets NaN through, so that broken numbers show in the loss. */
export const RELU = 'select(v, 0.0, v <= 0.0)'
