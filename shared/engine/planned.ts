import type { Part, PreparedData } from '../data/prepared.ts'
import type { BackendId } from '../graph/document.ts'
import { fail, type Result } from '../result.ts'
import { tally } from './metrics.ts'
import type { Objective } from './objective.ts'
import { compilePlan } from './plan/compile.ts'
import type { Inferred, PlanExecutor } from './plan/executor.ts'
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

/** Why data cannot be looked up: a number in it that an Embedding of the network has no vector for; null when all have one. */
export const unknownWord = ({ nodes }: Plan, { train, validation, test }: PreparedData): string | null => {
  for (const { op } of nodes) {
    if (op.op !== 'embedding') continue
    const unknown = [train, validation, test].flatMap(({ inputs }) => inputs.find(value => !(value > -1 && value < op.words)) ?? [])[0]
    if (unknown !== undefined)
      return `An Embedding knows the numbers 0 to ${op.words - 1}, but ${unknown} arrives: give it more words or change the data.`
  }
  return null
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
  const unknown = unknownWord(plan.value, data)
  if (unknown) return fail('plan/unknown-word', unknown)
  const { optimizer, weightDecay, clip, clipLimit, batchSize, seed } = setup
  const most = Math.min(batchSize, data.train.count)
  const run = await openThere(
    engine,
    backend.backend,
    plan.value,
    { optimizer, weightDecay, clip, clipLimit, batchSize: most, seed },
    data.train,
  )
  if (run.ok) run.value.setWeights(await getWeights(job.model))
  return run
}

/** The backend's report with what trains and why: the plan and its threads, or tfjs. */
export const reportOf = (report: BackendReport, plan: Result<OpenPlan>): BackendReport => {
  if (!plan.ok) return { ...report, threads: 1, engine: 'tfjs', reason: `${report.reason} ${plan.issues[0].message}` }
  if (plan.value instanceof GpuPlanRun)
    return { ...report, engine: 'plan', reason: `${report.reason} Trained by the fast engine through WebGPU.` }
  const { threads, build } = plan.value.kernels
  const how = `Trained by the fast engine on ${threads} thread${threads === 1 ? '' : 's'}${build === 'relaxed' ? ' with fused multiply-add' : ''}.`
  return { ...report, threads, engine: 'plan', reason: `${report.reason} ${how}` }
}

/** Inferences that a graphics card is given before the first is waited for, and how many values of samples, inputs and outputs, they may bring at most. */
const INFER_AHEAD = 16
const VALUES_AHEAD = 2 ** 23

/**
 * Loss, metrics and confusion over a part by the plan itself; as `evaluate` does with the model. `sent` is called when all of it has been asked for, so that
 * steps taken from then on change nothing.
 */
export const evaluatePlan = async (
  plan: PlanExecutor,
  { head, last }: Objective,
  part: Part,
  pace: Pace,
  sent: () => void = () => undefined,
): Promise<Evaluation | null> => {
  if (part.count === 0) return null
  const counting = tally(head, last !== null)
  const perSample = part.targets.length / part.count
  const most = Math.min(INFER_AHEAD, VALUES_AHEAD / (plan.batchSize * (part.inputs.length / part.count + head.width)))
  const coming: (() => Promise<void>)[] = []
  let stopped = false
  for (let start = 0; start < part.count && !stopped; start += plan.batchSize) {
    const count = Math.min(plan.batchSize, part.count - start)
    const add = ({ loss, outputs }: Inferred) =>
      counting.add(outputs, part.targets.subarray(start * perSample, (start + count) * perSample), count, loss)
    if (coming.length >= most) await coming.shift()?.()
    const answer = plan.infer(part, start, count)
    if (answer instanceof Promise) {
      // What went wrong shows when it is taken; nobody takes it after a failure before it.
      answer.catch(() => undefined)
      coming.push(async () => add(await answer))
    } else add(answer)
    await pace.breathe()
    stopped = pace.stopping?.() === true
  }
  sent()
  for (const take of coming) await take()
  return stopped ? null : counting.result()
}
