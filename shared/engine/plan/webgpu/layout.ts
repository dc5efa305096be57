import { updaterOf } from '../../../kernels/updater.ts'
import { CONTROL_FLOATS } from '../../../kernels/webgpu/kernel.ts'
import { sizeOf } from '../../../layers/shape.ts'
import type { Plan } from '../plan.ts'
import type { PlanSetup } from '../wasm/layout.ts'
import { Builder } from './builder.ts'
import { type Binding, each, type Job, type Range } from './job.ts'
import { lossJob } from './loss.ts'
import { lowerAll } from './lower/all.ts'
import { lowerPenalties, updateJobs } from './update.ts'

/** Steps whose scores wait on the device until somebody reads them. */
export const KEPT_SCORES = 256

/** A plan laid out in device memory: places of everything that is read or written from outside, and its jobs. */
export interface Layout {
  readonly builder: Builder
  /** Training data: inputs and targets of all samples. Targets are floats, class indices too. */
  readonly data: { readonly inputs: Range; readonly targets: Range }
  /** What changes from step to step: the uniform block, then the indices of the batch as floats. */
  readonly control: Range
  readonly targetWidth: number
  readonly input: Range
  readonly inputSize: number
  readonly targets: Range
  readonly output: Range
  readonly outputSize: number
  /** Loss and hits per step, `KEPT_SCORES` of them, and one for inference. */
  readonly scores: Range
  readonly memories: readonly Range[]
  readonly train: readonly Job[]
  readonly infer: readonly Job[]
}

/** Copies the samples of the batch from the data, by index: inputs and targets in one dispatch. */
const gather = (data: Layout['data'], indices: Range, input: Range, inputSize: number, targets: Range, targetWidth: number): Job => {
  const bindings: Binding[] = [
    { name: 'inputs', range: data.inputs },
    { name: 'wanted', range: data.targets },
    { name: 'indices', range: indices },
    { name: 'x', range: input, written: true },
    { name: 'y', range: targets, written: true },
  ]
  const copy = (from: string, to: string, width: number) =>
    `if (i < now.batch * ${width}u) { ${to}[i] = ${from}[u32(indices[i / ${width}u]) * ${width}u + i % ${width}u]; }`
  const body = `    ${copy('inputs', 'x', inputSize)}
    ${copy('wanted', 'y', targetWidth)}`
  return each('gather', Math.max(inputSize, targetWidth), bindings, body)
}

/** Lays a plan out for at most `setup.batchSize` samples at a time and `samples` training samples. */
export const layOut = (plan: Plan, setup: PlanSetup, samples: number): Layout => {
  const b = new Builder(plan, setup.batchSize)
  const { range: input, size: inputSize } = b.tensor(plan.input)
  const { range: output } = b.tensor(plan.output)
  const outputSize = sizeOf(plan.nodes[plan.output]?.shape ?? [])
  const targetWidth = plan.targets === 'values' ? outputSize : 1
  const control = b.room(CONTROL_FLOATS + setup.batchSize)
  const scores = b.room(2 * (KEPT_SCORES + 1))
  const [targets, probabilities] = [b.perSample(targetWidth), b.perSample(outputSize)]
  const data = { inputs: b.room(samples * inputSize), targets: b.room(samples * targetWidth) }
  const memories = Array.from({ length: updaterOf(setup.optimizer).memories }, () => b.room(b.weights.floats))
  const indices = { ...control, at: CONTROL_FLOATS, floats: control.floats - CONTROL_FLOATS }
  b.train(gather(data, indices, input, inputSize, targets, targetWidth))
  const lowered = lowerAll(b, setup.seed)
  const gradient = b.seedGradient(plan.output)
  b.forward(lossJob(plan.loss, plan.targets, outputSize, { z: output, targets, probabilities, gradient, scores }))
  lowered.backward()
  lowerPenalties(b, scores)
  return {
    ...{ builder: b, data, control, targetWidth, input, inputSize, targets, output, outputSize, scores, memories },
    train: [...b.jobs.train, ...b.jobs.back, ...updateJobs(b, setup, memories, scores)],
    infer: b.jobs.infer,
  }
}
