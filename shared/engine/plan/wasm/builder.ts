import { makeArena } from '../../../kernels/wasm/memory.ts'
import type { ArgsOf, KernelId } from '../../../kernels/wasm/ops.ts'
import { type Job, job } from '../../../kernels/wasm/program.ts'
import type { Merge } from '../../../layers/plan.ts'
import { sizeOf } from '../../../layers/shape.ts'
import { PlanBuilder, type Target as PlanTarget } from '../builder.ts'
import type { Plan } from '../plan.ts'
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

/** What plans on wasm are made of: places are addresses, and a gate of 0 is none. */
interface WasmParts {
  job: MakeJob
  place: number
  gate: number
  tensor: Tensor
  slot: Slot
}

/** Where an input gradient goes: its address, and (or 0) the address of values that gate it. */
export type Target = PlanTarget<WasmParts>

/** Packed rows that a matrix product of depth K holds at a time, in floats; as `blockRows` in `kernels/asm/gemm.ts`. */
export const packedFloats = (K: number): number => Math.max(4, Math.min(48, Math.floor(49_152 / K) & ~3)) * K

/** Adds the job that sums `parts` copies of a gradient, the first at `first` and `partStep` floats apart, into the weight's own place. */
export const sumParts = (b: Builder, first: number, parts: number, partStep: number, { floats: n, grad: out }: Slot): void => {
  const units = Math.ceil(n / 256)
  b.backward(() => job('sumParts', units, b.grain(units), { first, parts, partStep, n, out }))
}

/** Numbers of merges in `kernels/asm/elementwise.ts`. */
const MERGES: Readonly<Record<Merge, number>> = { sum: 0, product: 1, maximum: 2, minimum: 3 }

/** Jobs that merge tensors of `size` values per sample into one, two at a time, with ReLU or gate at the end. */
export const mergeJobs = (
  b: Builder,
  kind: Merge,
  size: number,
  [first = 0, ...rest]: readonly number[],
  out: number,
  { relu = false, gate = 0 }: { readonly relu?: boolean; readonly gate?: number },
): readonly MakeJob[] => {
  const others = rest.length ? rest : [0]
  return others.map((other, k) => {
    const last = k === others.length - 1
    const args = { kind: MERGES[kind], a: k === 0 ? first : out, b: other, out, gate: last ? gate : 0, relu: last && relu ? 1 : 0 }
    return batch => b.each('merge', batch * size, args)
  })
}

/** Turns the nodes of a plan into memory and jobs; each operation's file adds its own. */
export class Builder extends PlanBuilder<WasmParts> {
  readonly threads: number
  readonly arena = makeArena()
  readonly slots: readonly Slot[]
  /** Address and length (floats) of all trainable weights, and of their gradients. */
  readonly trainable: { readonly at: number; readonly grad: number; readonly floats: number }
  /** Scratch bytes that the greediest job needs per thread. */
  scratchBytes = 16_384
  protected readonly tensors: readonly Tensor[]

  constructor(plan: Plan, batch: number, threads: number) {
    super(plan, batch)
    this.threads = threads
    this.tensors = plan.nodes.map(({ shape }) => ({ at: this.perSample(sizeOf(shape)), size: sizeOf(shape) }))
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

  /** Units that a thread takes at a time, so that every thread gets about `turns` turns. */
  grain(units: number, turns = 4, multiple = 1): number {
    return Math.ceil(units / (turns * this.threads) / multiple) * multiple
  }

  /** A job of a kernel that goes value by value through `n` values, in blocks of 1,024. */
  each<K extends KernelId>(kernel: K, n: number, args: Omit<ArgsOf<K>, 'n'>): Job {
    const units = Math.ceil(n / 1024)
    return job(kernel, units, this.grain(units), { ...args, n } as unknown as ArgsOf<K>)
  }

  /** Copies of a gradient of this many floats that parts of the batch are summed into. */
  parts(floats: number): number {
    const turns = floats * 4 * this.threads > 2 ** 20 ? 2 : 4
    return Math.min(this.batch, this.threads === 1 ? 1 : turns * this.threads)
  }

  protected gradientRoom(size: number): number {
    return this.perSample(size)
  }

  protected gateOf(i: number, gated: boolean): number {
    return gated ? this.tensor(i).at : 0
  }

  protected addGradients(i: number, parts: readonly number[], { to, gate }: Target): void {
    for (const make of mergeJobs(this, 'sum', this.tensor(i).size, parts, to, { gate })) this.backward(make)
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
