import type { Part } from '../../../data/prepared.ts'
import { type Updater, updaterOf } from '../../../kernels/updater.ts'
import { type GpuBuffer, type GpuDevice, MAP_READ, USAGE } from '../../../kernels/webgpu/gpu.ts'
import { CONTROL_FLOATS } from '../../../kernels/webgpu/kernel.ts'
import { sameShape } from '../../../layers/shape.ts'
import { fail, type Issue, IssueError, issue, ok, type Result, toIssue } from '../../../result.ts'
import { DEVICE_LOST } from '../../health.ts'
import type { NamedWeight } from '../../protocol.ts'
import type { PlanExecutor, Resident } from '../executor.ts'
import type { Plan } from '../plan.ts'
import type { PlanSetup } from '../wasm/layout.ts'
import type { BatchScore } from '../wasm/run.ts'
import type { Range } from './job.ts'
import { KEPT_SCORES, type Layout, layOut } from './layout.ts'
import { makeBuffers, type Program, Programs } from './program.ts'
import type { Slot } from './weights.ts'

/** How to run a plan beside its setup; for tests. */
export interface GpuPlanOptions {
  /** Fills all buffers with NaN first, so that values nobody wrote are noticed. */
  readonly poison?: boolean
}

const tooLarge = ({ builder }: Layout, { limits }: GpuDevice): Result<never> | null => {
  const most = 4 * Math.max(...builder.buffers)
  const limit = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
  const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20).toLocaleString('en')
  return most <= limit
    ? null
    : fail(
        'plan/too-large',
        `One tensor of this training takes ${mebibytes(most)} MiB, but the graphics card takes ${mebibytes(limit)} MiB at most: use smaller batches or less data.`,
        { expected: `at most ${limit} bytes`, received: `${most} bytes` },
      )
}

const open = new WeakMap<GpuDevice, Set<GpuPlanRun>>()

/** The runs that a device holds. One handler for all tells them when it is lost, because a handler stays as long as its device, with all that it knows. */
const runsOn = (device: GpuDevice): Set<GpuPlanRun> => {
  const known = open.get(device)
  if (known) return known
  const runs = new Set<GpuPlanRun>()
  open.set(device, runs)
  void device.lost.then(() => {
    for (const run of runs) run.lose()
  })
  return runs
}

/** A plan in the memory of a graphics card, ready to train. A step is one submit and reads nothing back. */
export class GpuPlanRun implements PlanExecutor {
  readonly layout: Layout
  readonly batchSize: number
  private readonly device: GpuDevice
  private readonly buffers: readonly GpuBuffer[]
  private readonly updater: Updater
  private readonly train: Part
  private readonly control: ArrayBuffer
  private programs: { readonly train: Program; readonly infer: Program } | null = null
  private steps = 0
  private unread = 0
  private problem: Issue | null = null

  private constructor(layout: Layout, device: GpuDevice, buffers: readonly GpuBuffer[], setup: PlanSetup, train: Part) {
    this.layout = layout
    this.device = device
    this.buffers = buffers
    this.batchSize = setup.batchSize
    this.updater = updaterOf(setup.optimizer, setup.weightDecay)
    this.train = train
    this.control = new ArrayBuffer(4 * (CONTROL_FLOATS + setup.batchSize))
    device.addEventListener('uncapturederror', this.onError)
    runsOn(device).add(this)
  }

  /** Makes buffers, pipelines and bind groups, and copies the training data to the device, once. The device stays the caller's. */
  static async open(
    plan: Plan,
    setup: PlanSetup,
    train: Part,
    device: GpuDevice,
    options: GpuPlanOptions = {},
  ): Promise<Result<GpuPlanRun>> {
    const layout = layOut(plan, setup, train.count)
    const misfit = tooLarge(layout, device)
    if (misfit) return misfit
    for (const scope of ['validation', 'out-of-memory', 'internal'] as const) device.pushErrorScope(scope)
    const buffers = makeBuffers(device, layout.builder.buffers)
    const run = new GpuPlanRun(layout, device, buffers, setup, train)
    let problem: string | null = null
    try {
      const programs = new Programs(device, buffers, layout.control)
      const [forTraining, forInference] = await Promise.all([programs.prepare(layout.train), programs.prepare(layout.infer)])
      run.programs = { train: forTraining, infer: forInference }
      if (options.poison) run.poison()
      run.load()
    } catch (error) {
      problem = toIssue(error).message
    }
    for (const error of await Promise.all([device.popErrorScope(), device.popErrorScope(), device.popErrorScope()]))
      problem ??= error?.message ?? null
    if (problem === null) return ok(run)
    run.dispose()
    return fail('plan/gpu-refused', `The graphics card refused the fast engine: ${problem.slice(0, 300)}`)
  }

  /** Dispatches of a training step. */
  get dispatches(): number {
    return this.programs?.train.dispatches ?? 0
  }

  /** Trains on the samples with these indices, at this learning rate. Weights stay as they are when the loss is not finite. */
  step(indices: Int32Array, rate: number): undefined {
    if (this.unread >= KEPT_SCORES) throw new Error(`The scores of ${KEPT_SCORES} steps wait to be read.`)
    this.steps += 1
    this.submit('train', indices.length, this.unread, this.updater.hyper(this.steps, rate), indices)
    this.unread += 1
  }

  /** Takes the training inputs anew, which have been changed in place. */
  reload(): void {
    this.write(this.layout.data.inputs, this.train.inputs)
  }

  /** Scores of all steps since the last reading: sums over their samples. */
  async read(): Promise<readonly BatchScore[]> {
    const count = this.unread
    if (count === 0) return []
    this.unread = 0
    const values = await this.fetch([{ ...this.layout.scores, floats: 2 * count }])
    return Array.from({ length: count }, (_, i) => this.score(values, i))
  }

  /** Runs samples [start, start + count) of a part in inference mode; outputs are those that the loss takes. */
  async infer(part: Part, start: number, count: number): Promise<BatchScore & { readonly outputs: Float32Array }> {
    const { inputSize, targetWidth, input, targets, output, outputSize, scores } = this.layout
    this.write(input, part.inputs.subarray(start * inputSize, (start + count) * inputSize))
    this.write(targets, Float32Array.from(part.targets.subarray(start * targetWidth, (start + count) * targetWidth)))
    this.submit('infer', count, KEPT_SCORES, [])
    const score = { ...scores, at: 2 * KEPT_SCORES, floats: 2 }
    const values = await this.fetch([score, { ...output, floats: count * outputSize }])
    return { ...this.score(values, 0), outputs: values.subarray(2) }
  }

  /** Where the weights lie, in the order of the layers. */
  resident(): Resident {
    if (this.problem) throw new IssueError(this.problem)
    const weights = this.layout.builder.slots.map(({ name, shape, group, at }) => ({
      ...{ name, shape, buffer: this.buffer(group), offset: 4 * (group.at + at) },
    }))
    return { device: this.device, weights }
  }

  /** All weights, in the order of the layers. */
  async getWeights(): Promise<NamedWeight[]> {
    const { weights, fixed, slots } = this.layout.builder
    const values = await this.fetch([weights, fixed])
    return slots.map(slot => take(values, slot, slot.grads ? 0 : weights.floats))
  }

  /** Gradients of the last step, of the mean loss over its batch. */
  async getGradients(): Promise<NamedWeight[]> {
    const { grads, slots } = this.layout.builder
    const values = await this.fetch([grads])
    return slots.filter(slot => slot.grads).map(slot => take(values, slot, 0))
  }

  /** Puts weights in where name and shape agree and returns how many did. */
  setWeights(weights: readonly NamedWeight[]): number {
    const byName = new Map(weights.map(weight => [weight.name, weight]))
    let kept = 0
    for (const { name, shape, group, at } of this.layout.builder.slots) {
      const weight = byName.get(name)
      if (!weight || !sameShape(weight.shape, shape)) continue
      this.write({ ...group, at: group.at + at }, weight.values)
      kept += 1
    }
    return kept
  }

  /** Takes note that the device is lost. */
  lose(): void {
    this.problem = DEVICE_LOST
  }

  dispose(): void {
    runsOn(this.device).delete(this)
    this.device.removeEventListener('uncapturederror', this.onError)
    for (const buffer of this.buffers) buffer.destroy()
  }

  private readonly onError = ({ error }: { readonly error: { readonly message: string } }): void => {
    this.problem ??= issue('plan/gpu-error', `The graphics card reported an error: ${error.message.slice(0, 300)}`)
  }

  /** Writes what this batch needs and sends its jobs off, as one submit. */
  private submit(
    kind: 'train' | 'infer',
    batch: number,
    slot: number,
    hyper: readonly number[],
    indices: Int32Array = new Int32Array(),
  ): void {
    if (this.problem) throw new IssueError(this.problem)
    const program = this.programs?.[kind]
    if (!program || batch < 1 || batch > this.batchSize) throw new Error(`A plan for 1 to ${this.batchSize} samples was given ${batch}.`)
    new Uint32Array(this.control, 0, 3).set([batch, this.steps, slot])
    const floats = new Float32Array(this.control)
    floats.set(hyper, 4)
    floats.set(indices, CONTROL_FLOATS)
    const { queue } = this.device
    queue.writeBuffer(this.buffer(this.layout.control), 0, this.control, 0, 4 * (CONTROL_FLOATS + indices.length))
    const encoder = this.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    program.record(pass, batch)
    pass.end()
    queue.submit([encoder.finish()])
  }

  private score(values: Float32Array, i: number): BatchScore {
    const { [2 * i]: loss = Number.NaN, [2 * i + 1]: correct = Number.NaN } = values
    return { loss, correct }
  }

  private buffer({ buffer }: Range): GpuBuffer {
    const found = this.buffers[buffer]
    if (!found) throw new Error(`The plan has no buffer ${buffer}.`)
    return found
  }

  private write(range: Range, values: Float32Array): void {
    this.device.queue.writeBuffer(this.buffer(range), 4 * range.at, values.buffer as ArrayBuffer, values.byteOffset, values.byteLength)
  }

  /** Copies ranges out, one after another. */
  private async fetch(ranges: readonly Range[]): Promise<Float32Array> {
    const size = 4 * ranges.reduce((sum, { floats }) => sum + floats, 0)
    const staging = this.device.createBuffer({ label: 'plan results', size, usage: USAGE.mapRead | USAGE.copyTarget })
    try {
      const encoder = this.device.createCommandEncoder()
      let at = 0
      for (const range of ranges) {
        encoder.copyBufferToBuffer(this.buffer(range), 4 * range.at, staging, at, 4 * range.floats)
        at += 4 * range.floats
      }
      this.device.queue.submit([encoder.finish()])
      await staging.mapAsync(MAP_READ)
      const values = new Float32Array(staging.getMappedRange().slice(0))
      staging.unmap()
      if (this.problem) throw new IssueError(this.problem)
      return values
    } catch (error) {
      throw this.problem ? new IssueError(this.problem) : error
    } finally {
      staging.destroy()
    }
  }

  private load(): void {
    const { data, memories, builder, scores } = this.layout
    const zeros = (range: Range, value = 0) => this.write(range, new Float32Array(range.floats).fill(value))
    for (const range of [builder.weights, builder.grads, builder.fixed, scores]) zeros(range)
    memories.forEach((range, i) => {
      zeros(range, i === 0 ? this.updater.initial : 0)
    })
    this.reload()
    this.write(data.targets, Float32Array.from(this.train.targets))
  }

  private poison(): void {
    this.layout.builder.buffers.forEach((floats, buffer) => {
      this.write({ buffer, at: 0, floats }, new Float32Array(floats).fill(Number.NaN))
    })
  }
}

const take = (values: Float32Array, { name, shape, group, at, floats }: Slot, base: number): NamedWeight => {
  const from = base + group.at + at
  return { name, shape, values: values.slice(from, from + floats) }
}
