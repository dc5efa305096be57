import { makeArena } from '../../../kernels/wasm/memory.ts'
import { type Job, job } from '../../../kernels/wasm/program.ts'
import { sizeOf } from '../../../layers/shape.ts'
import { type Plan, type PlanNode, weightName } from '../plan.ts'
import { layoutOf, type Slot } from './weights.ts'

/** Makes a job for a batch of this many samples. */
export type MakeJob = (batch: number) => Job

/** A tensor of the plan in memory. */
export interface Tensor {
  /** Address of `[batch, ...shape]`. */
  readonly at: number
  /** Values per sample. */
  readonly size: number
}

/** Where an input gradient goes: its address, and (or 0) the address of values that gate it: where they are not above 0 the gradient is 0. */
export interface Target {
  readonly to: number
  readonly gate: number
}

/** Packed rows that a matrix product of depth K holds at a time, in floats; as `blockRows` in `kernels/asm/gemm.ts`. */
export const packedFloats = (K: number): number => Math.max(4, Math.min(48, Math.floor(49_152 / K) & ~3)) * K

/** Adds the job that sums `parts` copies of a gradient, the first at `first` and `partStep` floats apart, into the weight's own place. */
export const sumParts = (b: Builder, first: number, parts: number, partStep: number, { floats: n, grad: out }: Slot): void => {
  const units = Math.ceil(n / 256)
  b.backward(() => job('sumParts', units, b.grain(units), { first, parts, partStep, n, out }))
}

/** Turns the nodes of a plan into buffers and jobs; each operation's file adds its own. */
export class Builder {
  readonly plan: Plan
  readonly batch: number
  readonly threads: number
  readonly arena = makeArena()
  readonly slots: readonly Slot[]
  /** Address and length (floats) of all trainable weights, and of their gradients. */
  readonly trainable: { readonly at: number; readonly grad: number; readonly floats: number }
  readonly jobs: { readonly train: MakeJob[]; readonly infer: MakeJob[]; readonly back: MakeJob[] } = { train: [], infer: [], back: [] }
  /** Scratch bytes that the greediest job needs per thread. */
  scratchBytes = 16_384
  private readonly tensors: Tensor[]
  private readonly uses: readonly number[]
  private readonly learns: readonly boolean[]
  private readonly gradients: number[][]

  constructor(plan: Plan, batch: number, threads: number) {
    this.plan = plan
    this.batch = batch
    this.threads = threads
    const { nodes } = plan
    this.tensors = nodes.map(({ shape }) => ({ at: this.perSample(sizeOf(shape)), size: sizeOf(shape) }))
    this.uses = nodes.map((_, i) => nodes.reduce((count, node) => count + node.inputs.filter(input => input === i).length, 0))
    const learns: boolean[] = []
    for (const node of nodes)
      learns.push((!node.frozen && node.weights.some(w => w.trainable)) || node.inputs.some(input => learns[input] === true))
    this.learns = learns
    this.gradients = nodes.map(() => [])
    const { slots, trainable } = this.placeWeights()
    this.slots = slots
    this.trainable = trainable
  }

  /** Room for `floats` values per sample. */
  perSample(floats: number): number {
    return this.arena.floats(this.batch * floats)
  }

  /** Asks for this many floats of scratch memory per thread. */
  scratch(floats: number): void {
    this.scratchBytes = Math.max(this.scratchBytes, Math.ceil(floats / 16 + 16) * 64)
  }

  /** Forward job of training, of inference, or of both; and a job of the backward pass, in the order in which it runs. */
  forward(make: MakeJob): void {
    this.jobs.train.push(make)
    this.jobs.infer.push(make)
  }
  train(make: MakeJob): void {
    this.jobs.train.push(make)
  }
  infer(make: MakeJob): void {
    this.jobs.infer.push(make)
  }
  backward(make: MakeJob): void {
    this.jobs.back.push(make)
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
    const { size, at } = this.tensor(i)
    const to = this.perSample(size)
    this.gradients[i]?.push(to)
    return { to, gate: this.uses[i] === 1 && this.plan.nodes[i]?.relu ? at : 0 }
  }

  /** Says that the gradient of input k is what already lies at this address. */
  passGradient(node: PlanNode, k: number, at: number): void {
    const i = node.inputs[k] ?? -1
    if (!this.learns[i]) return
    if (this.uses[i] === 1 && this.plan.nodes[i]?.relu) {
      const target = this.inputGradient(node, k)
      if (target) this.addUp(i, at, 0, target.to, target.gate)
    } else this.gradients[i]?.push(at)
  }

  /** Address of the loss's gradient at tensor i; sums what its users left where there are several. Null when nothing up to it learns. */
  outputGradient(i: number): number | null {
    const [first, ...rest] = this.gradients[i] ?? []
    if (!this.learns[i] || first === undefined) return null
    if (rest.length === 0) return first
    const { size, at } = this.tensor(i)
    const sum = this.perSample(size)
    rest.forEach((other, n) => {
      const last = n === rest.length - 1
      this.addUp(i, n === 0 ? first : sum, other, sum, last && this.plan.nodes[i]?.relu ? at : 0)
    })
    return sum
  }

  /** Names where the loss writes its gradient at tensor i. */
  seedGradient(i: number): number {
    const at = this.perSample(this.tensor(i).size)
    this.gradients[i]?.push(at)
    return at
  }

  /** Units that a thread takes at a time, so that every thread gets about `turns` turns. */
  grain(units: number, turns = 4, multiple = 1): number {
    return Math.ceil(units / (turns * this.threads) / multiple) * multiple
  }

  /** Copies of a gradient of this many floats that parts of the batch are summed into. */
  parts(floats: number): number {
    const turns = floats * 4 * this.threads > 2 ** 20 ? 2 : 4
    return Math.min(this.batch, this.threads === 1 ? 1 : turns * this.threads)
  }

  private addUp(i: number, a: number, b: number, out: number, gate: number): void {
    const { size } = this.tensor(i)
    this.backward(batch => {
      const units = Math.ceil((batch * size) / 1024)
      return job('add', units, this.grain(units), { a, b, n: batch * size, out, gate, relu: 0 })
    })
  }

  private placeWeights(): { slots: readonly Slot[]; trainable: Builder['trainable'] } {
    const all = this.plan.nodes.flatMap(node =>
      node.weights.map(({ name, shape, trainable }) => ({
        name: `${node.id}/${name}`,
        shape,
        learns: trainable && !node.frozen,
        ...layoutOf(shape, node.op.op),
      })),
    )
    const total = all.reduce((sum, { learns, floats }) => sum + (learns ? floats : 0), 0)
    const at = this.arena.floats(total)
    const grad = this.arena.floats(total)
    let used = 0
    const slots = all.map(({ learns, ...slot }) => {
      if (!learns) return { ...slot, at: this.arena.floats(slot.floats), grad: 0 }
      const offset = 4 * used
      used += slot.floats
      return { ...slot, at: at + offset, grad: grad + offset }
    })
    return { slots, trainable: { at, grad, floats: total } }
  }
}
