import type { Part } from '../data/prepared.ts'
import type { BackendId } from '../graph/document.ts'
import { fail, type Result } from '../result.ts'
import type { Objective } from './objective.ts'
import { compilePlan } from './plan/compile.ts'
import type { PlanExecutor } from './plan/executor.ts'
import type { Plan } from './plan/plan.ts'
import type { PlanSetup } from './plan/wasm/layout.ts'
import { PlanRun } from './plan/wasm/run.ts'
import { GpuPlanRun } from './plan/webgpu/run.ts'
import type { Pace } from './predict.ts'
import type { BackendReport, Evaluation } from './protocol.ts'
import type { TrainJob } from './run.ts'
import type { EngineTf } from './tf.ts'
import { getWeights } from './weights.ts'

type PlanArgs = [plan: Plan, setup: PlanSetup, train: Part]

/** A plan that trains, by our kernels on the processor or by shaders on the graphics card. */
export type OpenPlan = PlanRun | GpuPlanRun

/** Opens a plan where tfjs computes, or says what is missing there. */
export const openThere = async ({ kernels, device }: EngineTf, backend: BackendId, ...plan: PlanArgs): Promise<Result<OpenPlan>> => {
  if (backend === 'wasm') return kernels ? PlanRun.open(...plan, kernels) : fail('plan/no-kernels', 'The fast engine has no kernels here.')
  const card = device?.()
  return card ? GpuPlanRun.open(...plan, card) : fail('plan/no-device', 'The fast engine cannot reach the graphics card here.')
}

/** Compiles and opens the plan of a job, with the model's weights; or says why the job has to train through tfjs. */
export const openPlan = async (engine: EngineTf, job: TrainJob, { head }: Objective): Promise<Result<OpenPlan>> => {
  const { resolved, setup, data, backend } = job
  if (job.engine === 'tfjs') return fail('plan/switched-off', 'The fast engine is switched off.')
  if (backend.backend !== 'wasm' && backend.backend !== 'webgpu')
    return fail('plan/no-executor', `There are no plans for the backend ${backend.backend} yet.`)
  if (!resolved) return fail('plan/no-network', 'The fast engine was not given the network.')
  const plan = compilePlan(resolved, { loss: setup.loss, targets: head.kind })
  if (!plan.ok) return plan
  const { optimizer, batchSize, seed } = setup
  const most = Math.min(batchSize, data.train.count)
  const run = await openThere(engine, backend.backend, plan.value, { optimizer, batchSize: most, seed }, data.train)
  if (run.ok) run.value.setWeights(await getWeights(job.model))
  return run
}

/** The backend's report with what trains and why: the plan and its threads, or tfjs. */
export const reportOf = (report: BackendReport, plan: Result<OpenPlan>): BackendReport => {
  if (!plan.ok) return { ...report, engine: 'tfjs', reason: `${report.reason} ${plan.issues[0].message}` }
  if (plan.value instanceof GpuPlanRun)
    return { ...report, engine: 'plan', reason: `${report.reason} Trained by the fast engine through WebGPU.` }
  const { threads, build } = plan.value.kernels
  const how = `Trained by the fast engine on ${threads} thread${threads === 1 ? '' : 's'}${build === 'relaxed' ? ' with fused multiply-add' : ''}.`
  return { ...report, threads, engine: 'plan', reason: `${report.reason} ${how}` }
}

const bestOf = (row: Float32Array): number => row.reduce((best, value, i) => (value > (row[best] ?? 0) ? i : best), 0)

/** Loss, accuracy and confusion over a part by the plan itself; as `evaluate` does with the model. */
export const evaluatePlan = async (plan: PlanExecutor, { head, last }: Objective, part: Part, pace: Pace): Promise<Evaluation | null> => {
  if (part.count === 0) return null
  const { kind, width } = head
  const classes = kind === 'values' ? 0 : Math.max(2, width)
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const sums = { loss: 0, correct: 0 }
  for (let start = 0; start < part.count; start += plan.batchSize) {
    const count = Math.min(plan.batchSize, part.count - start)
    const { loss, correct, outputs } = await plan.infer(part, start, count)
    sums.loss += loss
    sums.correct += correct
    for (let i = 0; classes > 0 && i < count; i++) {
      const guess = kind === 'oneHot' ? bestOf(outputs.subarray(i * width, (i + 1) * width)) : Number((outputs[i] ?? 0) > (last ? 0 : 0.5))
      const row = confusion[part.targets[start + i] ?? 0]
      if (row) row[guess] = (row[guess] ?? 0) + 1
    }
    await pace.breathe()
    if (pace.stopping?.()) return null
  }
  return { loss: sums.loss / part.count, accuracy: sums.correct / part.count, count: part.count, confusion }
}
