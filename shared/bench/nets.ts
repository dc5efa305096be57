import type { PreparedData } from '../data/prepared.ts'
import type { ProjectFile } from '../graph/document.ts'
import { resolve } from '../graph/resolve.ts'
import type { Resolved } from '../graph/resolved.ts'
import { type Shape, sizeOf } from '../layers/shape.ts'
import { failAll, ok, type Result } from '../result.ts'
import { rng } from '../rng.ts'

/** Networks that are measured: the template, and the samples of a step. */
export const BENCH_NETS = {
  lenet: { template: 'lenet', batch: 128 },
  mlp: { template: 'fc256-fc256', batch: 128 },
  'vgg-small': { template: 'vgg-small', batch: 32 },
} as const
export type BenchNet = keyof typeof BENCH_NETS
export const NET_NAMES = Object.keys(BENCH_NETS) as readonly BenchNet[]

/** A network with the samples that it is measured on. */
export interface Subject {
  readonly net: BenchNet
  readonly project: ProjectFile
  readonly resolved: Resolved
  readonly data: PreparedData
  readonly batch: number
}

/** Random samples of a shape, split into nothing: all of them are for training. */
export const noise = (shape: Shape, classes: number, count: number): PreparedData => {
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

/** Makes samples for a network's project; `batch` overrides the samples of a step. */
export const subjectOf = (net: BenchNet, template: ProjectFile, batch: number = BENCH_NETS[net].batch): Result<Subject> => {
  const project = { ...template, training: { ...template.training, optimizer: 'adam' as const, batchSize: batch } }
  const resolved = resolve(project)
  if (!resolved.buildable) return failAll(resolved.issues.filter(i => i.severity === 'error'))
  const shape = resolved.nodes.get(resolved.inputs[0] ?? '')?.output ?? []
  return ok({ net, project, resolved, data: noise(shape, 10, 2 * batch), batch })
}

/** The samples of a step: every seventh, so that they are gathered. */
export const indicesOf = (batch: number): Int32Array => Int32Array.from({ length: batch }, (_, i) => (i * 7) % (2 * batch))
