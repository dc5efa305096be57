import type * as tfjs from '@tensorflow/tfjs'
import { augments } from '../data/prepare/augment.ts'
import type { TrainingSetup } from '../graph/document.ts'
import { unfrozenBy } from '../graph/recipes.ts'
import { ok, type Result } from '../result.ts'
import { buildModel } from './build.ts'
import { featuresOf, wholeRate } from './features.ts'
import type { Pace } from './predict.ts'
import type { FeatureReport, PhaseName, TrainEvent } from './protocol.ts'
import { Run, type TrainJob } from './run.ts'
import { randomLayers } from './step.ts'
import type { EngineTf } from './tf.ts'
import { effortOf, FEATURE_LIMIT, featureBytes, headAfter, type Trunk, trunksOf, withUnfrozen } from './trunk.ts'
import { getWeights, keepElsewhere, setWeights } from './weights.ts'

/** One part of a run: what is trained, how, and for which of the run's epochs. */
export interface Phase {
  /** Null for a run that has no phases. */
  readonly name: PhaseName | null
  readonly job: TrainJob
  readonly setup: TrainingSetup
  /** Nodes that learn in this phase though the document freezes them. */
  readonly unfrozen: readonly string[]
  /** Epochs of the run before it. */
  readonly epochsBefore: number
  readonly trunk: Trunk | null
  /** Why the outputs of frozen layers are not kept, if there are any. */
  readonly note: string | null
}

/** A phase that is ready to train. */
export interface OpenPhase {
  readonly run: Run
  readonly features: FeatureReport | null
  /** Brings the weights into the model of the job. */
  close(): Promise<void>
}

/** Whether training samples are changed anew in each epoch, so that no output of theirs lasts. */
const isAugmented = ({ augment = {} }: TrainJob): boolean => augments(augment)

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`

/** The trunk whose outputs are kept, or why none is. */
const trunkFor = (job: TrainJob): { readonly trunk: Trunk | null; readonly note: string | null } => {
  const random = new Set(randomLayers(job.model).map(layer => layer.name))
  const trunks = job.resolved ? trunksOf(job.resolved, id => random.has(id)) : []
  const last = trunks.at(-1)
  if (!last) return { trunk: null, note: null }
  if (isAugmented(job))
    return { trunk: null, note: 'The outputs of the frozen layers are not kept, because augmentation changes the samples in each epoch.' }
  const trunk = trunks.findLast(t => featureBytes(t, job.data) <= FEATURE_LIMIT)
  if (trunk) return { trunk, note: null }
  const note = `The outputs of the frozen layers would take ${megabytes(featureBytes(last, job.data))}, more than the ${megabytes(FEATURE_LIMIT)} that are kept; they are computed in each step.`
  return { trunk: null, note }
}

const LATER =
  'The head learns on the samples as they are, so that what frozen layers make of them can be kept; augmentation begins with fine-tuning.'

/** The head's phase before fine-tuning: augmentation waits where that lets features be kept. */
const headOf = (job: TrainJob): Pick<Phase, 'job' | 'trunk' | 'note'> => {
  const still = { ...job, augment: {} }
  const found = trunkFor(still)
  return isAugmented(job) && found.trunk ? { job: still, trunk: found.trunk, note: LATER } : { job, ...trunkFor(job) }
}

/** The phases of a job: one without a name, or the head and then, if wanted, fine-tuning. */
export const phasesOf = (job: TrainJob): readonly [Phase, ...Phase[]] => {
  const { setup, resolved } = job
  const { fineTune } = setup
  const found = fineTune ? headOf(job) : { job, ...trunkFor(job) }
  const first: Phase = { name: 'head', setup, unfrozen: [], epochsBefore: 0, ...found }
  if (!fineTune) return [found.trunk || found.note ? first : { ...first, name: null }]
  const unfrozen = resolved ? unfrozenBy(resolved, fineTune.unfreeze) : []
  const tuned: TrainJob = resolved ? { ...job, resolved: withUnfrozen(resolved, unfrozen) } : job
  const setupThen = { ...setup, learningRate: fineTune.learningRate, epochs: fineTune.epochs }
  const second: Phase = {
    name: 'fineTune',
    job: { ...tuned, setup: setupThen },
    setup: setupThen,
    unfrozen,
    epochsBefore: setup.epochs,
    ...trunkFor(tuned),
  }
  return [first, second]
}

/** Steps of one phase against those of another, by what they compute, features aside. */
export const effortRatio = (from: Phase, to: Phase): number =>
  from.job.resolved && to.job.resolved ? effortOf(to.job.resolved) / Math.max(1, effortOf(from.job.resolved)) : 1

/** Lets nodes learn, or stops them. */
const setLearning = (model: tfjs.LayersModel, ids: readonly string[], learns: boolean): void => {
  for (const id of ids) model.getLayer(id).trainable = learns
}

/** Opens the run of the head alone on features; its weights come back to the whole model whenever somebody looks at it. */
const openHead = async (
  engine: EngineTf,
  { job }: Phase,
  trunk: Trunk,
  data: TrainJob['data'],
  step: number,
): Promise<Result<Omit<OpenPhase, 'features'>>> => {
  const { tf } = engine
  const { model, resolved } = job
  if (!resolved) throw new Error('A head needs the network.')
  const network = headAfter(resolved, trunk)
  const head = buildModel(network, tf, job.setup.seed)
  if (!head.ok) return head
  let opened: Result<Run> | null = null
  try {
    setWeights(tf, head.value, await getWeights(model))
    opened = await Run.open(engine, { ...job, model: head.value, data, resolved: network }, step)
    if (!opened.ok) return opened
  } finally {
    if (!opened?.ok) head.value.dispose()
  }
  const run = opened.value
  const bringBack = async (): Promise<void> => {
    setWeights(tf, model, await getWeights(head.value))
  }
  let seen = step
  let coming: Promise<void> | undefined
  keepElsewhere(model, () => {
    if (run.step !== seen) {
      seen = run.step
      coming = (coming ?? Promise.resolve()).then(bringBack)
    }
    return coming
  })
  const close = async (): Promise<void> => {
    await run.dispose()
    keepElsewhere(model, null)
    try {
      await bringBack()
    } catch {
      // The training has told of a lost device already; the model keeps the weights that it got last.
    }
    head.value.dispose()
  }
  return ok({ run, close })
}

/** Computes what the trunk puts out, measuring the steps without that first, and opens the head on it. Null when told to end before that. */
async function* openFeatures(
  engine: EngineTf,
  phase: Phase & { readonly name: PhaseName; readonly trunk: Trunk },
  step: number,
  pace: Pace,
): AsyncGenerator<TrainEvent, Result<OpenPhase> | null> {
  const { job, trunk, name } = phase
  const telling = { type: 'features', step, phase: name, layers: trunk.layers } as const
  yield { ...telling, done: 0 }
  const uncached = await wholeRate(engine, job)
  let seconds = 0
  const making = featuresOf(engine, job, trunk, pace)
  // A pause between two portions does not count.
  const more = async () => {
    const began = performance.now()
    const step = await making.next()
    seconds += (performance.now() - began) / 1000
    return step
  }
  let made = await more()
  try {
    for (; !made.done; made = await more()) yield { ...telling, done: Math.min(1, made.value) }
  } finally {
    await making.return(null)
  }
  if (!made.value) return null
  const head = await openHead(engine, phase, trunk, made.value, step)
  if (!head.ok) return head
  yield { ...telling, done: 1 }
  const features = { layers: trunk.layers, node: trunk.end, bytes: featureBytes(trunk, job.data), seconds, uncached }
  return ok({ ...head.value, features })
}

/** Opens the run of a phase on the data themselves. */
const openWhole = async (engine: EngineTf, { job }: Phase, step: number): Promise<Result<OpenPhase>> => {
  const run = await Run.open(engine, job, step)
  return run.ok ? ok({ run: run.value, features: null, close: () => run.value.dispose() }) : run
}

/** Gets a phase ready: sets nodes free, computes features where they last, and opens its run. Null when told to end before that. */
export async function* openPhase(
  engine: EngineTf,
  phase: Phase,
  step: number,
  pace: Pace,
): AsyncGenerator<TrainEvent, Result<OpenPhase> | null> {
  const { job, trunk, name, unfrozen } = phase
  setLearning(job.model, unfrozen, true)
  const freeze = () => setLearning(job.model, unfrozen, false)
  let opened: Result<OpenPhase> | null = null
  try {
    opened = trunk && name ? yield* openFeatures(engine, { ...phase, trunk, name }, step, pace) : await openWhole(engine, phase, step)
    if (!opened?.ok) return opened
    const { close, ...rest } = opened.value
    return ok({ ...rest, close: () => close().finally(freeze) })
  } finally {
    if (!opened?.ok) freeze()
  }
}
