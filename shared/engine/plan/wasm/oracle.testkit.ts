import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { kernelHost } from '../../../../node/kernelHost.ts'
import type { PreparedData } from '../../../data/prepared.ts'
import { blankProject, type LossId, type OptimizerId } from '../../../graph/document.ts'
import { resolve } from '../../../graph/resolve.ts'
import type { Resolved } from '../../../graph/resolved.ts'
import { registerGradients } from '../../../kernels/gradients.ts'
import { type Shape, sizeOf } from '../../../layers/shape.ts'
import { unwrap } from '../../../result.ts'
import { rng } from '../../../rng.ts'
import { buildModel } from '../../build.ts'
import { clipGradients, decayWeights } from '../../gradients.ts'
import { encodeTargets, forward, objectiveOf } from '../../objective.ts'
import { optimizers } from '../../optimizers.ts'
import type { NamedWeight } from '../../protocol.ts'
import { getWeights, setWeights } from '../../weights.ts'
import { compilePlan } from '../compile.ts'
import type { PlanExecutor } from '../executor.ts'
import type { Plan, TargetLayout } from '../plan.ts'
import { drawAlike } from './draws.testkit.ts'
import type { PlanSetup } from './layout.ts'
import { type PlanOptions, PlanRun } from './run.ts'

export const host = kernelHost(fileURLToPath(new URL('../../../../assets', import.meta.url)), 2)

/** A layer of a test network: its type, its parameters, and the places of the layers it takes from (the one before when absent). */
export interface Brick {
  readonly type: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly from?: readonly number[]
  readonly frozen?: boolean
}

/** How far weights are moved to see what it does to the loss. */
const STEP = 2e-2

/** Resolves a network given as a list of layers. */
export const network = (bricks: readonly Brick[]): Resolved => {
  const nodes = bricks.map(({ type, params = {}, frozen = false }, i) => ({
    ...{ id: `n${i}`, type, name: `${type} ${i}`, params, position: { x: 0, y: 0 }, bypassed: false, frozen },
  }))
  const wires = bricks.flatMap(({ from }, to) =>
    (from ?? (to ? [to - 1] : [])).map((source, k) => ({ id: `w${to}_${k}`, from: `n${source}`, to: `n${to}` })),
  )
  const project = blankProject()
  return resolve({ ...project, graph: { ...project.graph, nodes, wires } })
}

/** Random data for a network, with `words` numbers below that: class indices, or values for regression. */
export const randomData = (shape: Shape, outputs: number, targets: TargetLayout, count: number, seed = 1, words = 0): PreparedData => {
  const random = rng(seed)
  const inputs = Float32Array.from({ length: count * sizeOf(shape) }, () => (words ? random.int(words) : random.normal()))
  const classes = targets === 'oneHot' ? outputs : 2
  const wanted =
    targets === 'values'
      ? Float32Array.from({ length: count * outputs }, () => random.normal())
      : Int32Array.from({ length: count }, () => random.int(classes))
  const part = { inputs, targets: wanted, count }
  const none = { inputs: new Float32Array(), targets: targets === 'values' ? new Float32Array() : new Int32Array(), count: 0 }
  return {
    ...{ source: 'test', shape, kind: 'table', features: [], scaling: { mean: [], deviation: [], scale: 1 }, hash: '' },
    classes: targets === 'values' ? [] : Array.from({ length: classes }, (_, i) => String(i)),
    ...{ train: part, validation: none, test: none },
  }
}

export interface Case {
  readonly bricks: readonly Brick[]
  readonly loss?: LossId
  readonly targets?: TargetLayout
  readonly optimizer?: OptimizerId
  readonly batch?: number
  readonly seed?: number
}

/** A network as a tfjs model on the cpu backend, and all that an executor of its plan has to be opened with. */
export interface Oracle {
  readonly data: PreparedData
  readonly model: tf.LayersModel
  readonly plan: Plan
  readonly setup: PlanSetup
  readonly start: readonly NamedWeight[]
  /** Loss, hits, gradients and new weights of one step by tfjs. */
  tfjsStep(indices: Int32Array): Promise<{ loss: number; correct: number; gradients: NamedWeight[]; outputs: Float32Array }>
  close(): void
}

const slices = (data: PreparedData, indices: Int32Array, width: number) => {
  const size = sizeOf(data.shape)
  const x = new Float32Array(indices.length * size)
  const y = data.train.targets instanceof Int32Array ? new Int32Array(indices.length) : new Float32Array(indices.length * width)
  indices.forEach((at, i) => {
    x.set(data.train.inputs.subarray(at * size, (at + 1) * size), i * size)
    y.set(data.train.targets.subarray(at * width, (at + 1) * width), i * width)
  })
  return { x, y }
}

/** A dilated convolution from operations that tfjs can differentiate: one product of matrices per tap. */
const composeDilated = (layer: tf.layers.Layer): void => {
  const conv = layer as unknown as {
    dilationRate: number[]
    padding: 'same' | 'valid'
    kernel: tf.LayerVariable
    bias: tf.LayerVariable | null
  }
  const [dh = 1, dw = 1] = conv.dilationRate
  if (dh * dw === 1) return
  const { activation } = layer as unknown as { activation: { apply(x: tf.Tensor): tf.Tensor } }
  layer.call = inputs =>
    tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D
      const kernel = conv.kernel.read() as tf.Tensor4D
      const [kh, kw, c, n] = kernel.shape
      const [h, w] = [(kh - 1) * dh, (kw - 1) * dw]
      const [top, left] = conv.padding === 'same' ? [Math.floor(h / 2), Math.floor(w / 2)] : [0, 0]
      const padded =
        conv.padding === 'same'
          ? tf.pad4d(x, [
              [0, 0],
              [top, h - top],
              [left, w - left],
              [0, 0],
            ])
          : x
      const [batch, ph, pw] = padded.shape
      const taps = Array.from({ length: kh * kw }, (_, t) => {
        const [i, j] = [Math.floor(t / kw), t % kw]
        const part = tf.slice4d(padded, [0, i * dh, j * dw, 0], [batch, ph - h, pw - w, c])
        const weights = tf.reshape(tf.slice4d(kernel, [i, j, 0, 0], [1, 1, c, n]), [c, n]) as tf.Tensor2D
        return tf.reshape(tf.matMul(tf.reshape(part, [-1, c]) as tf.Tensor2D, weights), [batch, ph - h, pw - w, n])
      })
      const sum = tf.addN(taps)
      return activation.apply(conv.bias ? tf.add(sum, conv.bias.read()) : sum)
    })
}

/** Learning rate of the oracle's steps. */
export const ORACLE_RATE = 0.01

/** Opens a network as a tfjs model on the cpu backend, with random weights. */
export const openOracle = async (
  { bricks, loss = 'sparseCategoricalCrossentropy', targets = 'oneHot', optimizer = 'sgd', batch = 4, seed = 1 }: Case,
  setup: Partial<PlanSetup> = {},
): Promise<Oracle> => {
  await tf.setBackend('cpu')
  registerGradients(tf)
  const resolved = network(bricks)
  const issue = resolved.issues.find(({ severity }) => severity === 'error')
  if (issue) throw new Error(issue.message)
  const shapeOf = (id = '') => resolved.nodes.get(id)?.output ?? []
  const outputs = sizeOf(shapeOf(resolved.outputs[0]))
  const words = bricks.flatMap(({ type, params }) => (type === 'embedding' ? [Number(params?.inputDim)] : []))
  const data = randomData(shapeOf(resolved.inputs[0]), outputs, targets, 3 * batch, seed, words.length ? Math.min(...words) : 0)
  const full: PlanSetup = { optimizer, batchSize: batch, seed, ...setup }
  const model = unwrap(buildModel(resolved, tf, seed))
  let steps = 0
  for (const layer of model.layers) {
    if (layer.getClassName() === 'Conv2D') composeDilated(layer)
    drawAlike(layer, full.seed, () => steps)
  }
  const objective = unwrap(objectiveOf(tf, model, loss, data))
  const random = rng(seed + 1)
  const start = (await getWeights(model)).map(weight => ({
    ...weight,
    values: weight.values.map(v => (/variance/.test(weight.name) ? 0.5 + random.next() : v + 0.1 * random.normal())),
  }))
  setWeights(tf, model, start)
  const plan = unwrap(compilePlan(resolved, { loss, targets }))
  const trainer = optimizers[optimizer].make(tf, ORACLE_RATE)
  const variables = model.trainableWeights.map(weight => weight.read() as unknown as tf.Variable)
  const names = new Map(
    model.layers.flatMap(layer =>
      layer.weights.map(w => [(w.read() as unknown as tf.Variable).name, `${layer.name}/${w.originalName.split('/').at(-1)}`]),
    ),
  )
  return {
    data,
    model,
    plan,
    setup: full,
    start,
    async tfjsStep(indices) {
      steps += 1
      const picked = slices(data, indices, targets === 'values' ? outputs : 1)
      const x = tf.tensor(picked.x, [indices.length, ...data.shape])
      const y = picked.y instanceof Int32Array ? tf.tensor1d(picked.y, 'int32') : tf.tensor2d(picked.y, [indices.length, outputs])
      const target = encodeTargets(tf, objective.head, y)
      let seen = new Float32Array()
      const { value, grads: whole } = tf.variableGrads(() => {
        const output = forward(objective, x, true)
        seen = Float32Array.from(output.dataSync())
        const loss = objective.loss.value(tf, target, output, objective.last !== null)
        return model.calculateLosses().reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty), loss)
      }, variables)
      const { clip = 'none', clipLimit = 1, weightDecay = 0 } = full
      const grads = clipGradients(tf, { clip, clipLimit }, whole)
      const gradients = Object.entries(grads).map(([name, gradient]) => ({
        ...{ name: names.get(name) ?? name, shape: gradient.shape, values: Float32Array.from(gradient.dataSync()) },
      }))
      decayWeights(tf, variables, ORACLE_RATE * weightDecay)
      trainer.applyGradients(grads)
      const result = { loss: value.dataSync()[0] ?? Number.NaN, correct: Number.NaN, gradients, outputs: seen }
      tf.dispose([x, y, target, value, ...Object.values(grads), ...Object.values(whole)])
      return result
    },
    close() {
      model.dispose()
      trainer.dispose()
    },
  }
}

/** Opens the same network as a tfjs model and as a plan on wasm, with the same random weights. */
export const openBoth = async (
  given: Case,
  options: PlanOptions = {},
  setup: Partial<PlanSetup> = {},
): Promise<Oracle & { readonly run: PlanRun }> => {
  const oracle = await openOracle(given, setup)
  const run = unwrap(await PlanRun.open(oracle.plan, oracle.setup, oracle.data.train, host, { poison: true, ...options }))
  run.setWeights(oracle.start)
  return {
    ...oracle,
    run,
    close() {
      run.dispose()
      oracle.close()
    },
  }
}

/** Largest difference of two arrays as a share of the largest value; NaN anywhere gives NaN. */
export const distance = (found: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  let most = 1e-3
  let off = found.length === wanted.length ? 0 : Number.NaN
  for (let i = 0; i < wanted.length; i++) {
    const [a = Number.NaN, b = Number.NaN] = [found[i], wanted[i]]
    most = Math.max(most, Math.abs(b))
    off = Number.isNaN(a - b) ? Number.NaN : Math.max(off, Math.abs(a - b))
  }
  return off / most
}

/** Largest distance over all tensors of the same name. */
export const worst = (found: readonly NamedWeight[], wanted: readonly NamedWeight[]): { name: string; off: number } => {
  const offs = wanted.map(({ name, values }) => ({ name, off: distance(found.find(w => w.name === name)?.values ?? [], values) }))
  return offs.reduce((a, b) => (b.off <= a.off || Number.isNaN(a.off) ? a : b), {
    name: '',
    off: found.length === wanted.length ? 0 : Number.NaN,
  })
}

/**
 * Largest error of a plan's gradients against differences of its own loss, tensor by tensor along a random direction, as a share of what the
 * longest gradient gives. For networks without corners and without dropout, whose mask changes with every step.
 */
export const offDifferences = async (run: PlanExecutor, start: readonly NamedWeight[], indices: Int32Array): Promise<number> => {
  const lossWith = async (weights: readonly NamedWeight[]): Promise<number> => {
    run.setWeights(weights)
    const now = run.step(indices, 0)
    const [late] = (await run.read?.()) ?? []
    return ((now ?? late)?.loss ?? Number.NaN) / indices.length
  }
  await lossWith(start)
  const gradients = await run.getGradients()
  const most = Math.max(...gradients.map(({ values }) => Math.hypot(...values)), 1e-2)
  const random = rng(5)
  let off = 0
  for (const { name, values } of gradients) {
    const direction = Float32Array.from(values, () => random.normal())
    const length = Math.hypot(...direction)
    const moved = (by: number) =>
      start.map(weight =>
        weight.name === name ? { ...weight, values: weight.values.map((w, i) => w + (by * (direction[i] ?? 0)) / length) } : weight,
      )
    const slope = ((await lossWith(moved(STEP))) - (await lossWith(moved(-STEP)))) / (2 * STEP)
    const wanted = values.reduce((sum, g, i) => sum + (g * (direction[i] ?? 0)) / length, 0)
    off = Math.max(off, Number.isNaN(slope) ? Number.POSITIVE_INFINITY : Math.abs(slope - wanted) / most)
  }
  return off
}
