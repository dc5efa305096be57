import { updaterOf } from '../../../kernels/updater.ts'
import { float, THREADS } from '../../../kernels/webgpu/kernel.ts'
import { updateOf } from '../../../kernels/webgpu/updates.ts'
import { penalties } from '../plan.ts'
import type { PlanSetup } from '../wasm/layout.ts'
import type { Builder } from './builder.ts'
import { eachOf, type Job, type Range } from './job.ts'

/** WGSL: a loss that is NaN or infinite, by its bits, because shaders may take it that neither exists. */
const BROKEN = '(bitcast<u32>(scores[2u * now.slot]) & 0x7f800000u) == 0x7f800000u'

/** Workgroups of a sum over weights. */
const PIECES = 64

/** A job that leaves partial sums of `value`, a formula of `at(i)`, over `count` values of `range` in PIECES places of `sums`, from place `to`. */
const sumJob = (name: string, range: Range, from: number, count: number, value: string, sums: Range, to = 0): Job => ({
  ...{ name, threads: THREADS, groups: () => PIECES },
  bindings: [
    { name: 'x', range },
    { name: 'sums', range: sums, written: true },
  ],
  head: `var<workgroup> own: array<f32, ${THREADS}>;`,
  body: `  var sum = 0.0;
  for (var i = group * ${THREADS}u + lane; i < ${count}u; i += ${PIECES * THREADS}u) { let v = x[${from}u + i]; sum += ${value}; }
  own[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) { sum = 0.0; for (var k = 0u; k < ${THREADS}u; k++) { sum += own[k]; } sums[${to}u + group] = sum; }`,
})

/** Adds penalties on kernels to the loss of a training step, whose score is a sum over samples, and to the gradients. */
export const lowerPenalties = (b: Builder, scores: Range): void => {
  const paying = penalties(b.plan).flatMap(penalty => {
    const slot = b.slots.find(({ name, grads }) => grads && name === penalty.name)
    return slot?.grads ? [{ ...penalty, slot, grads: slot.grads }] : []
  })
  if (paying.length === 0) return
  const sums = b.room(PIECES * paying.length)
  paying.forEach(({ name, l1, l2, slot: { group, at, floats }, grads }, k) => {
    b.train(sumJob(`penalty ${name}`, group, at, floats, `${float(l1)} * abs(v) + ${float(l2)} * v * v`, sums, PIECES * k))
    const bindings = [
      { name: 'w', range: group },
      { name: 'g', range: grads, written: true },
    ]
    const body = `    let v = w[${at}u + i]; g[${at}u + i] += ${float(l1)} * sign(v) + ${float(2 * l2)} * v;`
    b.backward(eachOf(`penalty gradient ${name}`, floats, bindings, body))
  })
  b.train({
    ...{ name: 'penalties', threads: 1, groups: () => 1 },
    bindings: [
      { name: 'sums', range: sums },
      { name: 'scores', range: scores, written: true },
    ],
    body: `  var sum = 0.0;
  for (var k = 0u; k < ${PIECES * paying.length}u; k++) { sum += sums[k]; }
  scores[2u * now.slot] += f32(now.batch) * sum;`,
  })
}

/** Clips `count` values of a range of gradients from place `at`: each to ± limit, or all together to that length. */
const clipPiece = (label: string, range: Range, at: number, count: number, limit: number, sums: Range | null): readonly Job[] => {
  const g = { name: 'g', range, written: true }
  const from = `${at}u + i`
  if (!sums) return [eachOf(`clip ${label}`, count, [g], `    g[${from}] = clamp(g[${from}], ${float(-limit)}, ${float(limit)});`)]
  const body = `    var sum = 0.0; for (var k = 0u; k < ${PIECES}u; k++) { sum += sums[k]; }
    let length = sqrt(sum); let factor = select(1.0, ${float(limit)} / length, length > ${float(limit)});
    g[${from}] = g[${from}] * factor;`
  return [
    sumJob(`length of ${label}`, range, at, count, 'v * v', sums),
    eachOf(`clip ${label}`, count, [{ name: 'sums', range: sums }, g], body),
  ]
}

const clipping = (b: Builder, { clip = 'none', clipLimit = 1 }: PlanSetup): readonly Job[] => {
  if (clip === 'none') return []
  const sums = clip === 'value' ? null : b.room(PIECES)
  if (clip !== 'norm') return clipPiece('gradients', b.grads, 0, b.grads.floats, clipLimit, sums)
  return b.slots.flatMap(({ name, grads, at, floats }) => (grads ? clipPiece(name, grads, at, floats, clipLimit, sums) : []))
}

/** Clipping, weight decay and the optimizer: one dispatch over all weights, which stay as they are when the loss is broken. */
export const updateJobs = (b: Builder, setup: PlanSetup, memories: readonly Range[], scores: Range): readonly Job[] => {
  const count = updaterOf(setup.optimizer).memories
  const bindings = [
    { name: 'w', range: b.weights, written: true },
    { name: 'grads', range: b.grads },
    ...memories.slice(0, count).map((range, k) => ({ name: k ? 't' : 's', range, written: true })),
    { name: 'scores', range: scores },
  ]
  const body = `    if (${BROKEN}) { return; }
    let g = grads[i];
    var weight = w[i];
    ${updateOf(setup.optimizer, setup.weightDecay !== undefined && setup.weightDecay !== 0)}
    w[i] = weight;`
  return [...clipping(b, setup), eachOf('update', b.weights.floats, bindings, body)]
}
