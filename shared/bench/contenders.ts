import { buildModel } from '../engine/build.ts'
import { objectiveOf } from '../engine/objective.ts'
import { compilePlan } from '../engine/plan/compile.ts'
import { PlanRun } from '../engine/plan/wasm/run.ts'
import { GpuPlanRun } from '../engine/plan/webgpu/run.ts'
import type { BackendReport, NamedWeight } from '../engine/protocol.ts'
import { tfStepper } from '../engine/steppers.ts'
import type { EngineTf, Tf } from '../engine/tf.ts'
import { getWeights } from '../engine/weights.ts'
import type { GpuDevice } from '../kernels/webgpu/gpu.ts'
import { fail, ok, type Result } from '../result.ts'
import { indicesOf, type Subject } from './nets.ts'
import { type Contender, rateOf } from './rounds.ts'

const RATE = 1e-3
/** Steps of a graphics card between two readings. */
const UNREAD = 32

const planOf = ({ resolved, project }: Subject) => compilePlan(resolved, { loss: project.training.loss, targets: 'oneHot' })

/** The weights that the network starts with, computed by the backend that tfjs runs on. */
const startWeights = async (tf: Tf, { resolved, project }: Subject): Promise<Result<NamedWeight[]>> => {
  const model = buildModel(resolved, tf, project.training.seed)
  if (!model.ok) return model
  const weights = await getWeights(model.value)
  model.value.dispose()
  return ok(weights)
}

/** The fast engine on the processor: on one thread, and on as many as there are. */
export const planContender = async (subject: Subject, { tf, kernels }: EngineTf): Promise<Result<Contender>> => {
  const { data, batch } = subject
  if (!kernels) return fail('bench/no-kernels', 'The fast engine has no kernels here.')
  const plan = planOf(subject)
  if (!plan.ok) return plan
  const weights = await startWeights(tf, subject)
  if (!weights.ok) return weights
  const runs = new Map<string, PlanRun>()
  for (const threads of new Set([1, kernels.spawn ? kernels.threads : 1])) {
    const run = await PlanRun.open(plan.value, { optimizer: 'adam', batchSize: batch, seed: 1 }, data.train, kernels, { threads })
    if (!run.ok) return run
    run.value.setWeights(weights.value)
    const { threads: running, build } = run.value.kernels
    runs.set(`${running} thread${running === 1 ? '' : 's'}, ${build} SIMD`, run.value)
  }
  const indices = indicesOf(batch)
  return ok({
    name: 'netloom',
    round: async seconds => {
      const rates: Record<string, number> = {}
      for (const [name, run] of runs) rates[name] = await rateOf(batch, seconds, () => run.step(indices, RATE))
      return rates
    },
    close: () => {
      for (const run of runs.values()) run.dispose()
    },
  })
}

/** The fast engine on a graphics card, with the steps it can queue before it has to wait; `run` is for counting. */
export const cardContender = async (
  subject: Subject,
  tf: Tf,
  device: GpuDevice,
): Promise<Result<Contender & { readonly run: GpuPlanRun }>> => {
  const { data, batch } = subject
  const plan = planOf(subject)
  if (!plan.ok) return plan
  const weights = await startWeights(tf, subject)
  if (!weights.ok) return weights
  const run = await GpuPlanRun.open(plan.value, { optimizer: 'adam', batchSize: batch, seed: 1 }, data.train, device)
  if (!run.ok) return run
  run.value.setWeights(weights.value)
  const indices = indicesOf(batch)
  const some = async (): Promise<void> => {
    for (let i = 0; i < UNREAD; i++) run.value.step(indices, RATE)
    await run.value.read()
  }
  return ok({
    name: 'netloom',
    run: run.value,
    round: async seconds => ({ 'fast engine': await rateOf(batch * UNREAD, seconds, some) }),
    close: () => run.value.dispose(),
  })
}

/** tfjs through our step, with the gradients that its wasm backend lacks composed of its own kernels: what trains where there is no plan. */
export const tfjsContender = async (subject: Subject, { tf }: EngineTf, report: BackendReport): Promise<Result<Contender>> => {
  const { project, resolved, data, batch } = subject
  const model = buildModel(resolved, tf, project.training.seed)
  if (!model.ok) return model
  const objective = objectiveOf(tf, model.value, project.training.loss, data)
  if (!objective.ok) return objective
  const stepper = tfStepper(tf, { model: model.value, data, setup: project.training, backend: report }, objective.value)
  const indices = indicesOf(batch)
  let step = 0
  return ok({
    name: `tfjs ${tf.version.tfjs} ${report.backend}, composed gradients`,
    round: async seconds => ({
      '1 thread': await rateOf(batch, seconds, async () => {
        step += 1
        stepper.step(indices, RATE, step)
        await stepper.read()
      }),
    }),
    close: async () => {
      await stepper.dispose()
      model.value.dispose()
    },
  })
}
