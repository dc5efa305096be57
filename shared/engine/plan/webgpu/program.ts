import type { GpuBinding, GpuBuffer, GpuDevice, GpuGroup, GpuGroupLayout, GpuPass, GpuPipeline } from '../../../kernels/webgpu/gpu.ts'
import { groupLayout, USAGE } from '../../../kernels/webgpu/gpu.ts'
import { CONTROL_FLOATS, dispatchOf, shaderOf } from '../../../kernels/webgpu/kernel.ts'
import type { Job, Range } from './job.ts'

/** A job as the device knows it. */
interface Prepared {
  readonly pipeline: GpuPipeline
  readonly group: GpuGroup
  groups(batch: number): number
}

/** Jobs in order, with pipelines and bind groups that were made once. */
export interface Program {
  readonly dispatches: number
  /** Records all jobs for a batch of this many samples. */
  record(pass: GpuPass, batch: number): void
}

/** Makes a buffer for each length in floats. */
export const makeBuffers = (device: GpuDevice, floats: readonly number[]): readonly GpuBuffer[] =>
  floats.map((count, i) =>
    device.createBuffer({
      ...{ label: `plan ${i}`, size: 4 * count },
      usage: USAGE.storage | USAGE.uniform | USAGE.copySource | USAGE.copyTarget,
    }),
  )

/** Pipelines of the last plan on each device, by their shader: a plan that resembles it starts faster. */
const kept = new WeakMap<GpuDevice, ReadonlyMap<string, Promise<GpuPipeline>>>()

/** Makes pipelines and bind groups; jobs with the same shader share a pipeline. */
export class Programs {
  private readonly device: GpuDevice
  private readonly buffers: readonly GpuBuffer[]
  private readonly control: Range
  private readonly former: ReadonlyMap<string, Promise<GpuPipeline>>
  private readonly layouts = new Map<string, GpuGroupLayout>()
  private readonly pipelines = new Map<string, Promise<GpuPipeline>>()

  constructor(device: GpuDevice, buffers: readonly GpuBuffer[], control: Range) {
    this.device = device
    this.buffers = buffers
    this.control = control
    this.former = kept.get(device) ?? new Map()
    kept.set(device, this.pipelines)
  }

  /** Prepares jobs; compiles what is new, all at once. */
  async prepare(jobs: readonly Job[]): Promise<Program> {
    const prepared = await Promise.all(jobs.map(job => this.job(job)))
    return {
      dispatches: prepared.length,
      record(pass, batch) {
        for (const { pipeline, group, groups } of prepared) {
          pass.setPipeline(pipeline)
          pass.setBindGroup(0, group)
          const [x, y] = dispatchOf(groups(batch))
          pass.dispatchWorkgroups(x, y)
        }
      },
    }
  }

  private async job(job: Job): Promise<Prepared> {
    const layout = this.layout(job)
    const ranges = [{ ...this.control, floats: CONTROL_FLOATS }, ...job.bindings.map(({ range }) => range)]
    const entries = ranges.map(({ buffer, at, floats }, binding) => {
      const found = this.buffers[buffer]
      if (!found) throw new Error(`The plan has no buffer ${buffer}.`)
      return { binding, resource: { buffer: found, offset: 4 * at, size: 4 * floats } satisfies GpuBinding }
    })
    const group = this.device.createBindGroup({ layout, entries })
    return { pipeline: await this.pipeline(job, layout), group, groups: job.groups }
  }

  private layout({ bindings }: Job): GpuGroupLayout {
    const key = bindings.map(({ written }) => (written ? 'w' : 'r')).join('')
    const found = this.layouts.get(key)
    if (found) return found
    const made = groupLayout(this.device, bindings)
    this.layouts.set(key, made)
    return made
  }

  private pipeline(job: Job, layout: GpuGroupLayout): Promise<GpuPipeline> {
    const code = shaderOf(job, job.bindings)
    const found = this.pipelines.get(code)
    if (found) return found
    const made = this.former.get(code) ?? this.compile(job.name, code, layout)
    this.pipelines.set(code, made)
    return made
  }

  private compile(label: string, code: string, layout: GpuGroupLayout): Promise<GpuPipeline> {
    const { device } = this
    return device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label, code }), entryPoint: 'main' },
    })
  }
}
