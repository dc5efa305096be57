import { loadEngineNode } from '../../cli/engineNode.ts'
import type { Part, PreparedData } from '../data/prepared.ts'
import { type BackendId, blankProject, DEFAULT_TRAINING, type GraphNode, type ProjectFile, type TrainingSetup } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { unwrap } from '../result.ts'
import { rng } from '../rng.ts'
import { startBackend } from './backends.ts'
import { buildModel } from './build.ts'
import { commandQueue } from './commands.ts'
import type { BackendReport, TrainCommand, TrainEvent } from './protocol.ts'
import type { EngineTf } from './tf.ts'
import { type TrainDeps, type TrainJob, train } from './trainer.ts'

/** One layer of a chain: id, type, parameters, and what differs from an ordinary node. */
export type Link = readonly [id: string, type: string, params?: Record<string, unknown>, more?: Partial<GraphNode>]

/** A project of layers one after another. */
export const chain = (links: readonly Link[], training: Partial<TrainingSetup> = {}): ProjectFile => {
  const blank = blankProject('test')
  const nodes = links.map(([id, type, params = {}, more = {}]) => ({
    ...{ id, type, name: id, params, position: { x: 0, y: 0 }, bypassed: false, frozen: false },
    ...more,
  }))
  const wires = nodes.slice(1).map((node, i) => ({ id: `w${i}`, from: nodes[i]?.id ?? '', to: node.id }))
  return { ...blank, graph: { ...blank.graph, nodes, wires }, training: { ...DEFAULT_TRAINING, ...training } }
}

const split = (part: Part, shape: Shape, from: number, to: number): Part => ({
  inputs: part.inputs.slice(from * sizeOf(shape), to * sizeOf(shape)),
  targets: part.targets.slice((from * part.targets.length) / part.count, (to * part.targets.length) / part.count),
  count: to - from,
})

const prepared = (all: Part, shape: Shape, classes: readonly string[], test: number): PreparedData => ({
  source: 'generated for tests',
  shape,
  kind: shape.length === 3 ? 'image' : 'table',
  classes,
  features: [],
  scaling: { mean: [0], deviation: [1], scale: 1 },
  train: split(all, shape, 0, all.count - 2 * test),
  validation: split(all, shape, all.count - 2 * test, all.count - test),
  test: split(all, shape, all.count - test, all.count),
  hash: 'none',
})

/** Classes as noisy clouds round one random centre each; easy to learn, any shape. */
export const clouds = (shape: Shape, classes = 3, count = 120, noise = 0.5): PreparedData => {
  const random = rng(11)
  const size = sizeOf(shape)
  const centres = Array.from({ length: classes }, () => Float32Array.from({ length: size }, () => random.normal()))
  const targets = Int32Array.from({ length: count }, (_, i) => i % classes)
  const inputs = Float32Array.from(
    { length: count * size },
    (_, i) => (centres[targets[Math.floor(i / size)] ?? 0]?.[i % size] ?? 0) + noise * random.normal(),
  )
  const names = Array.from({ length: classes }, (_, i) => `class ${i}`)
  return prepared({ inputs, targets, count }, shape, names, Math.floor(count / 6))
}

/** A line with noise, to be predicted: y = 2·a − b. */
export const line = (count = 120): PreparedData => {
  const random = rng(12)
  const inputs = Float32Array.from({ length: count * 2 }, () => random.normal())
  const targets = Float32Array.from({ length: count }, (_, i) => 2 * (inputs[2 * i] ?? 0) - (inputs[2 * i + 1] ?? 0))
  return prepared({ inputs, targets, count }, [2], [], 20)
}

/** Networks small enough to train in a second. */
export const mlp = (training: Partial<TrainingSetup> = {}, outputs = 3): ProjectFile =>
  chain(
    [
      ['in', 'input', { shape: [4] }],
      ['hidden', 'dense', { units: 10, activation: 'relu' }],
      ['out', 'dense', { units: outputs, activation: 'softmax' }],
    ],
    { batchSize: 16, epochs: 3, learningRate: 0.01, ...training },
  )
export const convnet = (training: Partial<TrainingSetup> = {}): ProjectFile =>
  chain(
    [
      ['in', 'input', { shape: [8, 8, 1] }],
      ['conv', 'conv2d', { filters: 4, kernelSize: [3, 3], activation: 'relu' }],
      ['pool', 'maxPooling2d', {}],
      ['flat', 'flatten', {}],
      ['drop', 'dropout', { rate: 0.2 }],
      ['out', 'dense', { units: 3, activation: 'softmax' }],
    ],
    { batchSize: 16, epochs: 3, learningRate: 0.01, ...training },
  )

let engine: Promise<EngineTf> | undefined

/** tfjs in Node with the wanted backend running. */
export const startEngine = async (backend: BackendId): Promise<{ engine: EngineTf; report: BackendReport }> => {
  engine ??= loadEngineNode()
  const loaded = await engine
  return { engine: loaded, report: unwrap(await startBackend(loaded, backend)) }
}

/** Builds a project's model and the job that trains it. */
export const jobOf = (project: ProjectFile, data: PreparedData, running: Awaited<ReturnType<typeof startEngine>>): TrainJob => ({
  model: unwrap(buildModel(resolve(project), running.engine.tf, project.training.seed)),
  data,
  setup: project.training,
  backend: running.report,
})

/** Trains to the end and collects the events; `on` may answer an event with commands, `keep` gets the weights of each epoch. */
export const collect = async (
  job: TrainJob,
  engine: EngineTf,
  on: (event: TrainEvent) => readonly TrainCommand[] = () => [],
  keep: NonNullable<TrainDeps['keep']> = () => undefined,
): Promise<TrainEvent[]> => {
  const commands = commandQueue()
  const events: TrainEvent[] = []
  for await (const event of train(job, { engine, commands, keep })) {
    events.push(event)
    for (const command of on(event)) commands.push(command)
  }
  return events
}

/** The events of one type. */
export const only = <T extends TrainEvent['type']>(events: readonly TrainEvent[], type: T): Extract<TrainEvent, { type: T }>[] =>
  events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type)
