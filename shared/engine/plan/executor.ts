import type { Part } from '../../data/prepared.ts'
import type { DeviceValues } from '../../kernels/webgpu/backend.ts'
import type { GpuDevice } from '../../kernels/webgpu/gpu.ts'
import type { NamedWeight } from '../protocol.ts'
import type { BatchScore } from './wasm/run.ts'

type Soon<T> = T | Promise<T>

/** Weights on a graphics card. */
export interface Resident {
  readonly device: GpuDevice
  readonly weights: readonly (DeviceValues & { readonly name: string })[]
}

/** Sums of a batch and what the network made of its samples, row by row. */
export type Inferred = BatchScore & { readonly outputs: Float32Array }

/** What every executor of a plan offers, on the processor at once and on a graphics card after a while; `await` takes either. */
export interface PlanExecutor {
  /** Samples per step and per inference at most. */
  readonly batchSize: number
  /** Trains on the samples with these indices, at this learning rate. What it gives back at once, if anything, is not in `read`. */
  step(indices: Int32Array, rate: number): BatchScore | undefined
  /** Scores of the steps that gave nothing back, since the last reading. */
  read?(): Promise<readonly BatchScore[]>
  /** Takes the inputs of the part it was opened with anew, which have been changed in place. */
  reload(): void
  /** Runs samples [start, start + count) of a part in inference mode; what comes at once holds its `outputs` until the next call. */
  infer(part: Part, start: number, count: number): Soon<Inferred>
  /** Where the weights lie on a graphics card, with their names, as they will be after the steps so far. */
  resident?(): Resident
  /** All weights, in the order of the layers. */
  getWeights(): Soon<NamedWeight[]>
  /** Gradients of the last step, as summed over its batch. */
  getGradients(): Soon<NamedWeight[]>
  /** Puts weights in where name and shape agree and returns how many did. */
  setWeights(weights: readonly NamedWeight[]): number
  dispose(): void
}
