import type { PreparedData } from '../data/prepared.ts'
import { blankProject, DEFAULT_TRAINING, type GraphNode, type OptimizerId, type ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import type { AnyLayerDef } from '../layers/define.ts'
import { parseParams } from '../layers/params.ts'
import { layers } from '../layers/registry.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { unwrap } from '../result.ts'
import { clouds, collect, jobOf, only } from './engine.testkit.ts'
import type { Held } from './gpu.testkit.ts'
import { compilePlan } from './plan/compile.ts'
import type { EngineTf } from './tf.ts'

/** A small network round one layer, and data for it. */
export interface SoakCase {
  readonly title: string
  readonly project: ProjectFile
  readonly data: PreparedData
}

/** Steps per epoch of every case. */
export const EPOCH = 10
const BATCH = 4
const CLASSES = 3
/** Cases above this many input values are left out where a layer has smaller ones; plain JavaScript would take too long. */
const LARGEST = 300

interface Drawn {
  readonly nodes: GraphNode[]
  readonly wires: ProjectFile['graph']['wires'][number][]
}

const draw = ({ nodes, wires }: Drawn, id: string, type: string, params: object, from: readonly string[]): string => {
  nodes.push({ id, type, name: id, params: { ...params }, position: { x: 0, y: 0 }, bypassed: false, frozen: false })
  from.forEach((source, k) => {
    wires.push({ id: `${id}_${k}`, from: source, to: id })
  })
  return id
}

/** Whole numbers instead of values, for layers that look something up. */
const indices = (data: PreparedData, words: number): PreparedData => {
  const whole = (part: PreparedData['train']) => ({ ...part, inputs: part.inputs.map(v => Math.floor(Math.abs(v) * 7) % words) })
  return { ...data, train: whole(data.train), validation: whole(data.validation), test: whole(data.test) }
}

type Given = AnyLayerDef['cases'][number]

const valuesOf = ({ input }: Given): number => input.reduce((sum, shape) => sum + sizeOf(shape), 0)

/** Each input of the layer comes from a layer that learns, so that its own gradient is taken; what it puts out is classified. */
const around = (def: AnyLayerDef, { input, params }: Given, optimizer: OptimizerId): SoakCase => {
  const drawn: Drawn = { nodes: [], wires: [] }
  const looksUp = def.type === 'embedding'
  const dataShape: Shape = looksUp ? (input[0] ?? []) : [4]
  draw(drawn, 'in', 'input', { shape: dataShape }, [])
  const sources = looksUp
    ? ['in']
    : input.map((shape, k) => {
        draw(drawn, `learns${k}`, 'dense', { units: sizeOf(shape) }, ['in'])
        return draw(drawn, `shaped${k}`, 'reshape', { targetShape: shape }, [`learns${k}`])
      })
  draw(drawn, 'layer', def.type, params, sources)
  const { values } = parseParams(def.params, params)
  const output = unwrap(def.shape(unwrap(def.input.accept(input)), values))
  const last = output.length > 1 ? draw(drawn, 'flat', 'flatten', {}, ['layer']) : 'layer'
  draw(drawn, 'out', 'dense', { units: CLASSES, activation: 'softmax' }, [last])
  const blank = blankProject('soak')
  const data = clouds(dataShape, CLASSES, (EPOCH * BATCH * 3) / 2)
  return {
    title: `${def.type} ${def.cases.findIndex(c => c.input === input && c.params === params) + 1}`,
    project: {
      ...blank,
      graph: { ...blank.graph, ...drawn },
      training: { ...DEFAULT_TRAINING, optimizer, batchSize: BATCH, learningRate: 1e-4 },
    },
    data: looksUp ? indices(data, Number((values as { inputDim: number }).inputDim)) : data,
  }
}

/** A network for every layer of the registry that computes something: round its smallest case, or round each that is not large. */
export const soakCases = (optimizer: OptimizerId, which: 'smallest' | 'all' = 'smallest'): SoakCase[] =>
  layers
    .filter(def => def.build)
    .flatMap(def => {
      const [first, ...others] = def.cases.toSorted((a, b) => valuesOf(a) - valuesOf(b))
      const more = which === 'all' ? others.filter(given => valuesOf(given) <= LARGEST) : []
      return first ? [first, ...more].map(given => around(def, given, optimizer)) : []
    })

/** What is alive: tensors and their bytes, wasm heap of tfjs, threads of the fast engine, buffers of the device. */
export interface Alive {
  readonly tensors: number
  readonly bytes: number
  readonly gpuBytes: number
  readonly heap: number
  readonly threads: number
  readonly buffers: number
  readonly bufferBytes: number
}

/**
 * How one case went. `grown` is what came to life between the end of the second epoch and the last, `left` what outlives model and run;
 * buffers that tfjs keeps for later, as many as waited at the same time, are told apart in `pooled`: those of the second half of the run.
 */
export interface SoakResult {
  readonly engine: string
  readonly steps: number
  readonly seconds: number
  readonly grown: Alive
  readonly left: Alive
  readonly pooled: number
  readonly loss: number
}

const minus = (a: Alive, b: Alive): Alive => ({
  tensors: a.tensors - b.tensors,
  bytes: a.bytes - b.bytes,
  gpuBytes: a.gpuBytes - b.gpuBytes,
  heap: a.heap - b.heap,
  threads: a.threads - b.threads,
  buffers: a.buffers - b.buffers,
  bufferBytes: a.bufferBytes - b.bufferBytes,
})

/** Whether nothing is counted. */
export const isNothing = (alive: Alive): boolean => Object.values(alive).every(value => value === 0)

type Running = Parameters<typeof jobOf>[2]

/** What tfjs's WebGPU backend tells of the buffers that it keeps for later. */
interface Pool {
  readonly numFreeBuffers: number
  readonly numBytesAllocated: number
  readonly numBytesUsed: number
}

/** Trains cases where `running` computes and watches what stays alive. */
export class Soak {
  private readonly engine: EngineTf
  private readonly running: Running
  private readonly device: Held | null
  private threads = 0

  constructor(running: Running, device: Held | null = null) {
    const { kernels } = running.engine
    this.device = device
    const spawn = kernels?.spawn
    const counted = spawn && {
      spawn: (order: Parameters<typeof spawn>[0]) => {
        const worker = spawn(order)
        this.threads += 1
        return {
          terminate: () => {
            this.threads -= 1
            worker.terminate()
          },
        }
      },
    }
    this.engine = { ...running.engine, ...(kernels && { kernels: { ...kernels, ...counted } }) }
    this.running = { ...running, engine: this.engine }
  }

  private get pool(): Pool {
    const { bufferManager } = this.engine.tf.backend() as unknown as { bufferManager?: Pool }
    return bufferManager ?? { numFreeBuffers: 0, numBytesAllocated: 0, numBytesUsed: 0 }
  }

  /** What is alive now; buffers that tfjs keeps for later are not. */
  alive(): Alive {
    const { tf } = this.engine
    const memory = tf.memory() as ReturnType<typeof tf.memory> & { numBytesInGPU?: number }
    const { wasm } = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } }
    const { pool } = this
    return {
      tensors: memory.numTensors,
      bytes: memory.numBytes,
      gpuBytes: memory.numBytesInGPU ?? 0,
      heap: wasm?.HEAPU8.length ?? 0,
      threads: this.threads,
      buffers: (this.device?.buffers ?? 0) - pool.numFreeBuffers,
      bufferBytes: (this.device?.bytes ?? 0) - (pool.numBytesAllocated - pool.numBytesUsed),
    }
  }

  /** Whether the fast engine can train a case. */
  hasPlan({ project }: SoakCase): boolean {
    return compilePlan(resolve(project), { loss: project.training.loss, targets: 'oneHot' }).ok
  }

  /** Trains one case for this many steps by tfjs or, where it has a plan, by the fast engine. */
  async run({ project, data }: SoakCase, steps: number, engine: 'auto' | 'tfjs'): Promise<SoakResult> {
    const before = this.alive()
    const setup = { ...project.training, epochs: steps / EPOCH }
    const job = { ...jobOf({ ...project, training: setup }, data, this.running), resolved: resolve(project), engine }
    const epochs: Alive[] = []
    const free: number[] = []
    const started = performance.now()
    const events = await collect(job, this.engine, event => {
      if (event.type === 'epoch') {
        epochs.push(this.alive())
        free.push(this.pool.numFreeBuffers)
      }
      return []
    })
    const failed = only(events, 'failed')[0]
    if (failed) throw new Error(failed.issue.message)
    job.model.dispose()
    const seconds = (performance.now() - started) / 1000
    const done = only(events, 'done')[0]
    const [, warm = before] = epochs
    const last = epochs.at(-1) ?? warm
    return {
      engine: only(events, 'started')[0]?.backend.engine ?? '',
      steps: done?.step ?? 0,
      seconds,
      grown: minus(last, warm),
      left: minus(this.alive(), before),
      pooled: (free.at(-1) ?? 0) - (free[Math.floor(free.length / 2)] ?? 0),
      loss: done?.train.loss ?? Number.NaN,
    }
  }
}
