import type { Part, PreparedData } from '../data/prepared.ts'
import type { BackendId } from '../graph/document.ts'
import { IssueError, ok, type Result } from '../result.ts'
import { Asked } from './asked.ts'
import { BACKEND_NAMES, startBackend } from './backends.ts'
import type { BackendReport } from './protocol.ts'
import { Run, type TrainJob } from './run.ts'
import type { AdapterInfo, EngineTf } from './tf.ts'

/** How long a backend is tried, ms. */
export const TRIAL = 500
/** A first step that takes longer than this, ms, counts as the trial. */
const PATIENCE = 5000
/** Batches that a trial takes turns with at most. */
const BATCHES = 8

/** Backends of which either could be the faster, depending on the network: a graphics card waits for small ones. Empty where the order alone decides. */
export const candidatesOf = (adapter: AdapterInfo | null): readonly BackendId[] => (adapter && !adapter.software ? ['webgpu', 'wasm'] : [])

/** The first samples of a part. */
const firstOf = (part: Part, count: number): Part => {
  if (part.count <= count) return part
  const [size, width] = [part.inputs.length / part.count, part.targets.length / part.count]
  return { inputs: part.inputs.subarray(0, count * size), targets: part.targets.subarray(0, count * width), count }
}

/** Data enough for a trial; what is left out would only have to be copied to the device. */
export const trialData = (data: PreparedData, batchSize: number): PreparedData => ({
  ...data,
  train: firstOf(data.train, BATCHES * batchSize),
})

/** Trains as the trainer would for `limit` ms, after a step that warms up, and gives samples per second. The learning rate is 0, so nothing can break. The job's model is the caller's and is meant to be a copy. */
export const trialRate = async (engine: EngineTf, job: TrainJob, limit = TRIAL, now = () => performance.now()): Promise<number> => {
  const opened = await Run.open(engine, job)
  if (!opened.ok) throw new IssueError(opened.issues[0])
  const run = opened.value
  let [batch, samples] = [0, 0]
  const asked = new Asked<Promise<unknown>>()
  const ask = (): void => {
    const scores = run.ask()
    if (scores) asked.add(scores.step, scores.scores, () => run.take(scores))
  }
  const take = async (most: number): Promise<void> => {
    for (let next = asked.next(run.step, most); next; next = asked.next(run.step, most)) await next()
  }
  const step = async (): Promise<void> => {
    const at = batch++ % run.batchesPerEpoch
    samples += Math.min(job.setup.batchSize, job.data.train.count - at * job.setup.batchSize)
    run.train(at, 0)
    if (run.due) ask()
    await take(run.most)
    await engine.breathe()
  }
  const timed = async (most: number): Promise<number> => {
    const started = now()
    samples = 0
    do await step()
    while (now() - started < most)
    ask()
    await take(0)
    return (1000 * samples) / Math.max(now() - started, 1e-3)
  }
  try {
    await run.begin(1, { breathe: () => engine.breathe() })
    const started = now()
    const first = await timed(0)
    return now() - started > PATIENCE ? first : await timed(limit)
  } finally {
    await run.dispose()
  }
}

interface Tried {
  readonly report: BackendReport
  /** Samples per second; null where it could not train. */
  readonly rate: number | null
}

const figures = (tried: readonly Tried[]): string => {
  let unit = ' images/s'
  const parts = tried.map(({ report, rate }) => {
    if (rate === null) return `${BACKEND_NAMES[report.backend]} could not train it`
    const text = `${BACKEND_NAMES[report.backend]}: ${Math.round(rate).toLocaleString('en')}${unit}`
    unit = ''
    return text
  })
  return `${parts.join(', ')}; this network was tried on each, and the faster trains it.`
}

/** Lets each candidate train for a moment and starts the fastest; its reason tells the figures of all. Without one that trains, the best by order is started. */
export const chooseBackend = async (
  engine: EngineTf,
  candidates: readonly BackendId[],
  trial: (report: BackendReport) => Promise<number>,
): Promise<Result<BackendReport>> => {
  const tried: Tried[] = []
  for (const id of candidates) {
    const report = await startBackend(engine, id)
    if (!report.ok || report.value.backend !== id) continue
    const rate = await trial(report.value).catch(() => null)
    tried.push({ report: report.value, rate: rate !== null && Number.isFinite(rate) ? rate : null })
  }
  const [best] = tried.filter(({ rate }) => rate !== null).sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0))
  if (!best || tried.length < 2) return startBackend(engine, 'auto')
  const started = await startBackend(engine, best.report.backend)
  return started.ok && started.value.backend === best.report.backend ? ok({ ...started.value, reason: figures(tried) }) : started
}
