import type { Part } from '../../../data/prepared.ts'
import { type Updater, updaterOf } from '../../../kernels/updater.ts'
import type { KernelHost } from '../../../kernels/wasm/host.ts'
import { MEMORY_LIMIT } from '../../../kernels/wasm/memory.ts'
import { type Job, writeProgram } from '../../../kernels/wasm/program.ts'
import { type KernelRuntime, type RuntimeOptions, startKernels } from '../../../kernels/wasm/runtime.ts'
import { sameShape } from '../../../layers/shape.ts'
import { fail, ok, type Result } from '../../../result.ts'
import type { NamedWeight } from '../../protocol.ts'
import type { Plan } from '../plan.ts'
import { type Layout, layOut, type PlanSetup } from './layout.ts'
import { putWeight, takeWeight } from './weights.ts'

/** What one batch gave: sums over its samples. */
export interface BatchScore {
  readonly loss: number
  /** Right classes, or for values the mean absolute error of each sample. */
  readonly correct: number
}

/** How to run a plan beside its setup; for tests and measurements. */
export interface PlanOptions {
  readonly threads?: number
  readonly build?: NonNullable<RuntimeOptions['build']>
  /** Fills all buffers with NaN first, so that values nobody wrote are noticed. */
  readonly poison?: boolean
  /** Most bytes of training data that are copied to the kernels as a whole. */
  readonly residentLimit?: number
}

type Kind = 'train' | 'infer'

/** A plan in a memory of its own, ready to train. */
export class PlanRun {
  readonly layout: Layout
  readonly kernels: KernelRuntime
  readonly batchSize: number
  private readonly train: Part
  private readonly updater: Updater
  private readonly floats: Float32Array
  private readonly ints: Int32Array
  private readonly totals: Float64Array
  private readonly written = new Map<
    number,
    { readonly kind: Kind; readonly batch: number; readonly split: number; readonly end: number }
  >()
  private steps = 0

  private constructor(layout: Layout, kernels: KernelRuntime, setup: PlanSetup, train: Part) {
    this.train = train
    const { buffer } = kernels.memory
    this.layout = layout
    this.kernels = kernels
    this.batchSize = setup.batchSize
    this.updater = updaterOf(setup.optimizer, setup.weightDecay)
    this.floats = new Float32Array(buffer)
    this.ints = new Int32Array(buffer)
    this.totals = new Float64Array(buffer, layout.totals, 3)
  }

  /** Makes room for a plan and copies the training data there, once. */
  static async open(plan: Plan, setup: PlanSetup, train: Part, host: KernelHost, options: PlanOptions = {}): Promise<Result<PlanRun>> {
    const threads = host.spawn ? Math.max(1, options.threads ?? host.threads) : 1
    const layout = layOut(plan, setup, train.count, threads, options.residentLimit)
    if (layout.bytes > MEMORY_LIMIT)
      return fail('plan/too-large', `The fast engine would need ${Math.ceil(layout.bytes / 2 ** 20)} MiB, more than the 2,048 it can have.`)
    const { builder, bytes, scratch } = layout
    const started = await startKernels(host, {
      ...{ bytes, scratch, scratchBytes: builder.scratchBytes, threads },
      ...(options.build && { build: options.build }),
    })
    if (!started.ok) return started
    const run = new PlanRun(layout, started.value, setup, train)
    if (options.poison) run.poison()
    run.load()
    return ok(run)
  }

  /** Trains on the samples with these indices, at this learning rate. Nothing is changed when the loss is not finite. */
  step(indices: Int32Array, rate: number): BatchScore {
    const { program, split, end } = this.program('train', indices.length)
    this.take(indices)
    this.ints[this.layout.clock / 4] = this.steps + 1
    this.totals.fill(0)
    this.kernels.run(program, 0, split)
    const score = this.score()
    if (!Number.isFinite(score.loss)) return score
    this.steps += 1
    this.floats.set(this.updater.hyper(this.steps, rate), this.layout.hyper / 4)
    this.kernels.run(program, split, end)
    return score
  }

  /** Runs samples [start, start + count) of a part in inference mode; `outputs` holds `count` rows until the next call. */
  infer(part: Part, start: number, count: number): BatchScore & { readonly outputs: Float32Array } {
    const { inputSize, targetWidth, input, targets, output, outputSize } = this.layout
    const { program, end } = this.program('infer', count)
    this.floats.set(part.inputs.subarray(start * inputSize, (start + count) * inputSize), input / 4)
    this.putTargets(part.targets.subarray(start * targetWidth, (start + count) * targetWidth), targets)
    this.totals.fill(0)
    this.kernels.run(program, 0, end)
    return { ...this.score(), outputs: this.floats.subarray(output / 4, output / 4 + count * outputSize) }
  }

  /** Takes the training inputs anew, which have been changed in place. */
  reload(): void {
    const { data } = this.layout
    if (data) this.floats.set(this.train.inputs, data.inputs / 4)
  }

  /** All weights, in the order of the layers. */
  getWeights(): NamedWeight[] {
    return this.slots.map(slot => ({ name: slot.name, shape: slot.shape, values: takeWeight(this.floats, slot.at, slot) }))
  }

  /** Gradients of the last step, as summed over its batch. */
  getGradients(): NamedWeight[] {
    return this.slots
      .filter(slot => slot.grad)
      .map(slot => ({ name: slot.name, shape: slot.shape, values: takeWeight(this.floats, slot.grad, slot) }))
  }

  /** Puts weights in where name and shape agree and returns how many did. */
  setWeights(weights: readonly NamedWeight[]): number {
    const byName = new Map(weights.map(weight => [weight.name, weight]))
    let kept = 0
    for (const slot of this.slots) {
      const weight = byName.get(slot.name)
      if (!weight || !sameShape(weight.shape, slot.shape)) continue
      putWeight(this.floats, slot.at, slot, weight.values)
      kept += 1
    }
    return kept
  }

  dispose(): void {
    this.kernels.dispose()
  }

  private get slots() {
    return this.layout.builder.slots
  }

  private get valued(): boolean {
    return this.layout.builder.plan.targets === 'values'
  }

  private score(): BatchScore {
    const [loss = Number.NaN, correct = Number.NaN] = this.totals
    return { loss, correct }
  }

  /** The program for a batch, written when it is not there yet; full batches and others have a place each. */
  private program(kind: Kind, batch: number): { readonly program: number; readonly split: number; readonly end: number } {
    const place = (kind === 'train' ? 0 : 2) + (batch === this.batchSize ? 0 : 1)
    const program = this.layout.program + place * this.layout.programBytes
    const there = this.written.get(place)
    if (there?.batch === batch) return { program, ...there }
    const forward: readonly Job[] = kind === 'train' ? this.layout.forward(batch) : this.layout.infer(batch)
    const backward = kind === 'train' ? this.layout.backward(batch) : []
    const { buffer } = this.kernels.memory
    const split = writeProgram(buffer, program, forward)
    const end = writeProgram(buffer, program, [...forward, ...backward])
    this.written.set(place, { kind, batch, split, end })
    return { program, split, end }
  }

  /** Brings a batch in: by index where all data is there, else row by row. */
  private take(indices: Int32Array): void {
    const { data, input, inputSize, targets, targetWidth } = this.layout
    if (data) {
      this.ints.set(indices, data.indices / 4)
      return
    }
    indices.forEach((at, i) => {
      this.floats.set(this.train.inputs.subarray(at * inputSize, (at + 1) * inputSize), input / 4 + i * inputSize)
      this.putTargets(this.train.targets.subarray(at * targetWidth, (at + 1) * targetWidth), targets + 4 * i * targetWidth)
    })
  }

  private putTargets(values: Int32Array | Float32Array, at: number): void {
    ;(this.valued ? this.floats : this.ints).set(values, at / 4)
  }

  private load(): void {
    const { data, memories, builder } = this.layout
    this.reload()
    if (data) this.putTargets(this.train.targets, data.targets)
    const { floats } = builder.trainable
    memories.forEach((at, i) => {
      this.floats.fill(i === 0 ? this.updater.initial : 0, at / 4, at / 4 + floats)
    })
    for (const slot of this.slots) for (const at of [slot.at, slot.grad]) if (at) this.floats.fill(0, at / 4, at / 4 + slot.floats)
  }

  private poison(): void {
    this.floats.fill(Number.NaN, 65_536 / 4)
  }
}
