import type * as tfjs from '@tensorflow/tfjs'
import type { Tf } from '../../engine/tf.ts'
import type { OptimizerId } from '../../graph/document.ts'
import { updaterOf } from '../updater.ts'
import { bufferOf, type GpuBackend } from './backend.ts'
import type { GpuBinding, GpuBuffer, GpuDevice, GpuGroup, GpuGroupLayout, GpuPipeline } from './gpu.ts'
import { groupLayout, USAGE } from './gpu.ts'
import { type Access, CONTROL_FLOATS, dispatchOf, HYPER_AT, shaderOf, THREADS } from './kernel.ts'
import { updateOf } from './updates.ts'

/** The weights w, their gradients, the memories, and where the new weights go. */
const buffersOf = (memories: number): readonly Access[] => [
  { name: 'w' },
  { name: 'grads' },
  { name: 'to', written: true },
  ...['s', 't'].slice(0, memories).map(name => ({ name, written: true })),
]

/** One variable with its gradient, as tfjs keeps them. */
interface Learning {
  readonly variable: tfjs.Variable
  readonly gradient: tfjs.Tensor
  readonly memories: readonly tfjs.Variable[]
}

interface Made {
  readonly pipeline: GpuPipeline
  readonly layout: GpuGroupLayout
}

const made = new WeakMap<GpuDevice, Map<OptimizerId, Made>>()

const make = (device: GpuDevice, id: OptimizerId, memories: number): Made => {
  const body = `  let i = group * ${THREADS}u + lane;
  if (i < arrayLength(&w)) {
    let g = grads[i];
    var weight = w[i];
    ${updateOf(id, true)}
    to[i] = weight;
  }`
  const buffers = buffersOf(memories)
  const label = `optimizer ${id}`
  const module = device.createShaderModule({ label, code: shaderOf({ body, threads: THREADS }, buffers) })
  const layout = groupLayout(device, buffers)
  const whole = device.createPipelineLayout({ bindGroupLayouts: [layout] })
  return { layout, pipeline: device.createComputePipeline({ label, layout: whole, compute: { module, entryPoint: 'main' } }) }
}

/** The pipeline of an optimizer; one serves variables of every size, because buffers know their length. */
const pipelineOf = (device: GpuDevice, id: OptimizerId, memories: number): Made => {
  const known = made.get(device) ?? new Map<OptimizerId, Made>()
  made.set(device, known)
  const found = known.get(id) ?? make(device, id, memories)
  known.set(id, found)
  return found
}

/**
 * An optimizer for tfjs models on WebGPU: one dispatch per variable, all in one pass, with weight decay, by the formulas of the plan. Memories change in
 * place, but new weights get a buffer of their own, as with every optimizer of tfjs: whoever reads or holds the old ones is left alone.
 */
export class GpuOptimizer {
  learningRate: number
  private step = 0
  private readonly memories = new Map<string, readonly tfjs.Variable[]>()
  private readonly tf: Tf
  private readonly backend: GpuBackend
  private readonly id: OptimizerId
  private readonly control: GpuBuffer

  constructor(tf: Tf, backend: GpuBackend, id: OptimizerId, learningRate: number) {
    this.tf = tf
    this.backend = backend
    this.id = id
    this.learningRate = learningRate
    this.control = backend.device.createBuffer({
      ...{ label: `optimizer ${id}`, size: 4 * CONTROL_FLOATS, usage: USAGE.uniform | USAGE.copyTarget },
    })
  }

  /** Changes the variables that have a gradient, by name; before that each weight loses `decay` times the learning rate of itself. */
  applyGradients(gradients: tfjs.NamedTensorMap, decay = 0): void {
    const { tf } = this
    this.step += 1
    this.writeNumbers(decay)
    tf.tidy(() => {
      const learning = Object.entries(gradients).flatMap(([name, gradient]): Learning[] => {
        const variable = tf.engine().registeredVariables[name]
        return variable ? [{ variable, gradient: this.asFloats(gradient), memories: this.memoriesOf(name, variable) }] : []
      })
      const changes = learning.map(one => {
        const info = this.backend.makeTensorInfo([...one.variable.shape], 'float32')
        return { ...one, result: tf.engine().makeTensorFromTensorInfo(info) }
      })
      this.run(changes)
      for (const { variable, result } of changes) variable.assign(result)
    })
  }

  private memoriesOf(name: string, variable: tfjs.Variable): readonly tfjs.Variable[] {
    const { tf, id } = this
    const { memories, initial } = updaterOf(id)
    const starts = Array.from({ length: memories }, (_, k) => (k === 0 ? initial : 0))
    const all = this.memories.get(name) ?? starts.map(start => tf.variable(tf.fill(variable.shape, start), false))
    this.memories.set(name, all)
    return all
  }

  /** tfjs may keep floats as integers where they have been cast from those. */
  private asFloats(gradient: tfjs.Tensor): tfjs.Tensor {
    return this.backend.tensorMap.get(gradient.dataId).dtype === 'float32' ? gradient : this.tf.mul(gradient, this.tf.scalar(1))
  }

  private writeNumbers(decay: number): void {
    const numbers = new Float32Array(CONTROL_FLOATS)
    numbers.set(updaterOf(this.id, decay).hyper(this.step, this.learningRate), HYPER_AT)
    this.backend.device.queue.writeBuffer(this.control, 0, numbers.buffer)
  }

  /** Sends off what tfjs has recorded so far, which makes the gradients, then one pass of our own; the queue keeps that order. */
  private run(changes: readonly (Learning & { readonly result: tfjs.Tensor })[]): void {
    const { backend, id, control } = this
    const { device } = backend
    const { pipeline, layout } = pipelineOf(device, id, updaterOf(id).memories)
    const groups = changes.map(({ variable, gradient, result, memories }) => {
      const whole = (tensor: tfjs.Tensor): GpuBinding => ({ buffer: bufferOf(backend, tensor), offset: 0, size: 4 * variable.size })
      const resources = [{ buffer: control, offset: 0, size: control.size }, ...[variable, gradient, result, ...memories].map(whole)]
      return device.createBindGroup({ layout, entries: resources.map((resource, binding) => ({ binding, resource })) })
    })
    backend.ensureCommandEncoderReady()
    backend.endComputePassEncoder()
    backend.submitQueue()
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    changes.forEach(({ variable }, i) => {
      pass.setBindGroup(0, groups[i] as GpuGroup)
      pass.dispatchWorkgroups(...dispatchOf(Math.ceil(variable.size / THREADS)))
    })
    pass.end()
    device.queue.submit([encoder.finish()])
  }

  /** Frees the memories. */
  dispose(): void {
    for (const all of this.memories.values()) this.tf.dispose([...all])
    this.memories.clear()
    this.control.destroy()
  }
}
