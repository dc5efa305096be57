import type { ClipId, OptimizerId } from '../../../graph/document.ts'
import { updaterOf } from '../../../kernels/updater.ts'
import { JOB_BYTES, type Job, job } from '../../../kernels/wasm/program.ts'
import { sizeOf } from '../../../layers/shape.ts'
import { mixSeed } from '../../../rng.ts'
import { LOSS_KINDS, type Plan, penalties, TARGET_LAYOUTS } from '../plan.ts'
import { Builder } from './builder.ts'
import { lowerAll } from './lower/all.ts'

/** How a plan is trained. */
export interface PlanSetup {
  readonly optimizer: OptimizerId
  /** Share, times the learning rate, that each step takes off every weight. */
  readonly weightDecay?: number
  /** Samples per step at most. */
  readonly batchSize: number
  /** Seed of dropout. */
  readonly seed: number
  readonly clip?: ClipId
  readonly clipLimit?: number
}

/** Samples that a program is written for, and what it does with them. */
export interface Programs {
  /** Forward pass and loss of a training step; gathers its samples where the data is resident. */
  forward(batch: number): readonly Job[]
  /** Gradients and new weights. */
  backward(batch: number): readonly Job[]
  /** Forward pass and loss of inference, on samples that lie in the input already. */
  infer(batch: number): readonly Job[]
}

/** A plan laid out in memory: addresses of everything that is read or written from outside, and its programs. */
export interface Layout extends Programs {
  readonly builder: Builder
  readonly bytes: number
  readonly scratch: number
  /** Inputs and targets of all training samples, and the indices of the batch; null where the data is too large and each batch is copied in. */
  readonly data: { readonly inputs: number; readonly targets: number; readonly indices: number } | null
  readonly targetWidth: number
  readonly input: number
  readonly inputSize: number
  readonly targets: number
  readonly output: number
  readonly outputSize: number
  /** Outputs after the fused last activation. */
  readonly probabilities: number
  /** Float64: sums of losses and hits, samples. */
  readonly totals: number
  readonly hyper: number
  readonly clock: number
  readonly memories: readonly number[]
  /** Room for two programs of each kind. */
  readonly program: number
  readonly programBytes: number
}

/** Blocks of weights that kernels take at a time. */
const blocks = (floats: number): number => Math.ceil(floats / 1024)

const clipJobs = (b: Builder, { clip = 'none', clipLimit = 1 }: PlanSetup): readonly Job[] => {
  if (clip === 'none') return []
  const norm = clip === 'value' ? 0 : clipLimit
  const limit = clip === 'value' ? clipLimit : 3.4e38
  const { grad: g, floats: n } = b.trainable
  const pieces = clip === 'norm' ? b.slots.flatMap(slot => (slot.grad ? [{ g: slot.grad, n: slot.floats }] : [])) : [{ g, n }]
  const sums = norm ? b.arena.floats(blocks(Math.max(...pieces.map(piece => piece.n)))) : 0
  return pieces.flatMap(({ g, n }) => {
    const [units, grain] = [blocks(n), b.grain(blocks(n))]
    const measure = norm ? [job('squares', units, grain, { g, n, out: sums })] : []
    return [...measure, job('clipGradient', units, grain, { g, n, sums, norm, limit })]
  })
}

const updateJobs = (b: Builder, setup: PlanSetup, memories: readonly number[], hyper: number): readonly Job[] => {
  const { at: w, grad: g, floats: n } = b.trainable
  const [s = w, t = w] = memories
  const update = job('update', blocks(n), b.grain(blocks(n)), { kind: updaterOf(setup.optimizer).kind, w, g, s, t, n, hyper })
  return [...clipJobs(b, setup), update]
}

/** Adds penalties on kernels to the loss of a training step and to the gradients. */
const lowerPenalties = (b: Builder, totals: number): void => {
  const paying = penalties(b.plan).flatMap(penalty => {
    const slot = b.slots.find(({ name, grad }) => grad && name === penalty.name)
    return slot ? [{ w: slot.at, g: slot.grad, n: slot.floats, l1: penalty.l1, l2: penalty.l2 }] : []
  })
  if (paying.length === 0) return
  const count = paying.reduce((sum, { n }) => sum + blocks(n), 0)
  const sums = b.arena.floats(count)
  let before = 0
  for (const { g, ...args } of paying) {
    const [units, grain, out] = [blocks(args.n), b.grain(blocks(args.n)), sums + 4 * before]
    b.train(() => job('penaltySums', units, grain, { ...args, out }))
    b.backward(() => job('penalise', units, grain, { ...args, g }))
    before += units
  }
  b.train(rows => job('addPenalties', 1, 1, { sums, blocks: count, rows, totals }))
}

/** Most training samples, in bytes, that are copied into the kernels' memory as a whole. */
export const RESIDENT_LIMIT = 2 ** 29

/** Lays a plan out for at most `setup.batchSize` samples at a time, `samples` training samples and this many threads. */
export const layOut = (plan: Plan, setup: PlanSetup, samples: number, threads: number, limit = RESIDENT_LIMIT): Layout => {
  const b = new Builder(plan, setup.batchSize, threads)
  const { arena, batch } = b
  const input = b.tensor(plan.input)
  const output = b.tensor(plan.output)
  const outputSize = sizeOf(plan.nodes[plan.output]?.shape ?? [])
  const targetWidth = plan.targets === 'values' ? outputSize : 1
  const [hyper, clock, totals] = [arena.floats(16), arena.floats(16), arena.floats(16)]
  const [targets, probabilities, losses, hits] = [targetWidth, outputSize, 1, 1].map(width => arena.floats(batch * width)) as [
    number,
    number,
    number,
    number,
  ]
  const resident = 4 * samples * input.size <= limit
  const data = resident
    ? { inputs: arena.floats(samples * input.size), targets: arena.floats(samples * targetWidth), indices: arena.floats(batch) }
    : null
  const memories = Array.from({ length: updaterOf(setup.optimizer).memories }, () => arena.floats(b.trainable.floats))

  if (data) {
    const gather = (from: number, count: number, out: number) =>
      b.train(n => job('gather', n, b.grain(n), { data: from, indices: data.indices, count, out }))
    gather(data.inputs, input.size, input.at)
    gather(data.targets, targetWidth, targets)
  }
  const lowered = lowerAll(b, { clock, salt: id => mixSeed(setup.seed, 'dropout', id) | 0 })
  const d = b.seedGradient(plan.output)
  const kinds = { kind: LOSS_KINDS.indexOf(plan.loss), layout: TARGET_LAYOUTS.indexOf(plan.targets) }
  b.forward(rows =>
    job('loss', rows, b.grain(rows, 2), { ...kinds, z: output.at, C: outputSize, targets, rows, p: probabilities, d, losses, hits }),
  )
  b.forward(rows => job('tally', 1, 1, { losses, hits, rows, totals }))
  lowered.backward()
  lowerPenalties(b, totals)
  const updates = updateJobs(b, setup, memories, hyper)

  const programBytes = JOB_BYTES * (Math.max(b.jobs.train.length + b.jobs.back.length, b.jobs.infer.length) + updates.length)
  const program = arena.floats(programBytes)
  const scratch = arena.floats((b.scratchBytes / 4) * threads)
  return {
    ...{ builder: b, bytes: arena.bytes, scratch, data, targetWidth, input: input.at, inputSize: input.size, targets },
    ...{ output: output.at, outputSize, probabilities, totals, hyper, clock, memories, program, programBytes },
    forward: n => b.jobs.train.map(make => make(n)),
    backward: n => [...b.jobs.back.map(make => make(n)), ...updates],
    infer: n => b.jobs.infer.map(make => make(n)),
  }
}
