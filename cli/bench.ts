import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PreparedData } from '../shared/data/prepared.ts'
import { objectiveOf } from '../shared/engine/objective.ts'
import { compilePlan } from '../shared/engine/plan/compile.ts'
import { PlanRun } from '../shared/engine/plan/wasm/run.ts'
import { tfStepper } from '../shared/engine/steppers.ts'
import { getWeights } from '../shared/engine/weights.ts'
import type { ProjectFile } from '../shared/graph/document.ts'
import type { Resolved } from '../shared/graph/resolved.ts'
import { type Shape, sizeOf } from '../shared/layers/shape.ts'
import { fail, ok, type Result, unwrap } from '../shared/result.ts'
import { rng } from '../shared/rng.ts'
import { openModel, openSession } from './engine.ts'
import type { Io } from './io.ts'
import { loadProject, resolveWhole } from './load.ts'

/** Networks that are measured: the template, and the samples of a step. */
export const BENCH_NETS = {
  lenet: { template: 'lenet', batch: 128 },
  mlp: { template: 'fc256-fc256', batch: 128 },
  'vgg-small': { template: 'vgg-small', batch: 32 },
} as const
export type BenchNet = keyof typeof BENCH_NETS

/** One thing that is measured; the best of its configurations counts. */
export interface Contender {
  readonly name: string
  /** Images per second of each configuration over about this many seconds. */
  round(seconds: number): Promise<Readonly<Record<string, number>>>
  close(): void
}

interface Subject {
  readonly project: ProjectFile
  readonly resolved: Resolved
  readonly data: PreparedData
  readonly batch: number
}

const noise = (shape: Shape, classes: number, count: number): PreparedData => {
  const random = rng(1)
  const part = {
    inputs: Float32Array.from({ length: count * sizeOf(shape) }, () => random.normal()),
    targets: Int32Array.from({ length: count }, () => random.int(classes)),
    count,
  }
  const none = { inputs: new Float32Array(), targets: new Int32Array(), count: 0 }
  return {
    ...{ source: 'noise', shape, kind: 'image', features: [], hash: '', scaling: { mean: [0], deviation: [1], scale: 1 } },
    ...{ classes: Array.from({ length: classes }, (_, i) => String(i)), train: part, validation: none, test: none },
  }
}

/** Loads the network and makes samples of its shape. */
export const openSubject = async (net: BenchNet): Promise<Result<Subject>> => {
  const { template, batch } = BENCH_NETS[net]
  const loaded = await loadProject(template)
  if (!loaded.ok) return loaded
  const resolved = resolveWhole(loaded.value.project)
  if (!resolved.ok) return resolved
  const shape = resolved.value.nodes.get(resolved.value.inputs[0] ?? '')?.output ?? []
  const training = { ...loaded.value.project.training, optimizer: 'adam' as const, batchSize: batch }
  return ok({ project: { ...loaded.value.project, training }, resolved: resolved.value, data: noise(shape, 10, 2 * batch), batch })
}

/** Images per second of a step that is repeated for some seconds; a first step warms up. */
const rateOf = async (batch: number, seconds: number, step: () => unknown): Promise<number> => {
  await step()
  const started = performance.now()
  let steps = 0
  do {
    await step()
    steps += 1
  } while (performance.now() - started < 1000 * seconds)
  return (1000 * batch * steps) / (performance.now() - started)
}

const indicesOf = (batch: number) => Int32Array.from({ length: batch }, (_, i) => (i * 7) % (2 * batch))

/** The fast engine: one thread, and as many as there are. */
export const planContender = async ({ project, resolved, data, batch }: Subject, io: Io): Promise<Result<Contender>> => {
  const session = await openSession('wasm', true, io)
  if (!session.ok) return session
  const { kernels } = session.value.engine
  const plan = compilePlan(resolved, { loss: project.training.loss, targets: 'oneHot' })
  if (!plan.ok) return plan
  if (!kernels) return fail('bench/no-kernels', 'There are no kernels here.')
  const model = openModel(session.value, project, resolved, null)
  if (!model.ok) return model
  const weights = await getWeights(model.value)
  const runs = new Map<string, PlanRun>()
  for (const threads of new Set([1, kernels.threads])) {
    const run = await PlanRun.open(plan.value, { optimizer: 'adam', batchSize: batch, seed: 1 }, data.train, kernels, { threads })
    if (!run.ok) return run
    run.value.setWeights(weights)
    runs.set(`${threads} thread${threads === 1 ? '' : 's'}, ${run.value.kernels.build} SIMD`, run.value)
  }
  model.value.dispose()
  const indices = indicesOf(batch)
  return ok({
    name: 'netloom',
    round: async seconds => {
      const rates: Record<string, number> = {}
      for (const [name, run] of runs) rates[name] = await rateOf(batch, seconds, () => run.step(indices, 1e-3))
      return rates
    },
    close: () => {
      for (const run of runs.values()) run.dispose()
    },
  })
}

/** tfjs on its wasm backend with the gradients that it lacks composed of its own kernels: what trains where there is no plan. */
export const tfjsContender = async ({ project, resolved, data, batch }: Subject, io: Io): Promise<Result<Contender>> => {
  const session = unwrap(await openSession('wasm', true, io))
  const { tf } = session.engine
  const model = openModel(session, project, resolved, null)
  if (!model.ok) return model
  const objective = objectiveOf(tf, model.value, project.training.loss, data)
  if (!objective.ok) return objective
  const job = { model: model.value, data, setup: project.training, backend: session.report }
  const stepper = tfStepper(tf, job, objective.value)
  const indices = indicesOf(batch)
  let step = 0
  return ok({
    name: `tfjs ${tf.version.tfjs} wasm, composed gradients`,
    round: async seconds => ({
      '1 thread': await rateOf(batch, seconds, async () => {
        step += 1
        stepper.step(indices, 1e-3, step)
        await stepper.read()
      }),
    }),
    close: () => stepper.dispose(),
  })
}

const PYTHONS = ['python3', '/usr/bin/python3']
const script = (): string =>
  fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../bench/peer.py' : '../bench/peer.py', import.meta.url))

interface Python {
  readonly child: ChildProcessWithoutNullStreams
  readonly version: string
  round(): Promise<Record<string, number>>
}

const startPython = async (python: string, net: BenchNet, seconds: number): Promise<Python | null> => {
  const child = spawn(python, [script(), net, String(seconds)])
  const gone = new Promise<null>(resolve => {
    child.on('error', () => resolve(null))
    child.on('exit', () => resolve(null))
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const line = await Promise.race([lines.next(), gone])
    return line && !line.done ? JSON.parse(line.value) : null
  }
  const first = (await next()) as { version: string } | null
  if (!first) return null
  const round = async () => {
    child.stdin.write('go\n')
    return ((await next()) ?? {}) as Record<string, number>
  }
  return { child, version: first.version, round }
}

/** PyTorch in every layout and on 1 and 2 threads, where Python has it; null where not. */
export const pytorchContender = async (net: BenchNet, seconds: number): Promise<Contender | null> => {
  for (const python of PYTHONS) {
    const started = await startPython(python, net, seconds)
    if (!started) continue
    return { name: `pytorch ${started.version}`, round: () => started.round(), close: () => started.child.kill() }
  }
  return null
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Configuration with the best median over the rounds. */
export const bestOf = (rounds: readonly Readonly<Record<string, number>>[]): { readonly configuration: string; readonly rate: number } => {
  const names = Object.keys(rounds[0] ?? {})
  const medians = names.map(configuration => ({ configuration, rate: median(rounds.map(round => round[configuration] ?? Number.NaN)) }))
  return medians.reduce((a, b) => (b.rate > a.rate ? b : a), { configuration: '', rate: 0 })
}
