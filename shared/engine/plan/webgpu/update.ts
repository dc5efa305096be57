import { type UpdaterId, updaterOf } from '../updater.ts'
import type { PlanSetup } from '../wasm/layout.ts'
import type { Builder } from './builder.ts'
import { eachOf, float, type Job, type Range, THREADS } from './job.ts'

/** WGSL of every optimizer: new weight w[i] from gradient g and memories s[i] and t[i]; formulas as in `kernels/asm/optimizer.ts`. */
const FORMULAS: Readonly<Record<UpdaterId, string>> = (() => {
  const moments = 'let m = a * s[i] + restA * g; let v = b * t[i] + restB * g * g; s[i] = m; t[i] = v;'
  const adam = 'w[i] -= c4 * m / (sqrt(v * c5) + epsilon);'
  return {
    sgd: 'w[i] -= rate * g;',
    momentum: 'let m = a * s[i] + g; s[i] = m; w[i] -= rate * m;',
    nesterov: 'let m = a * s[i] + g; s[i] = m; w[i] -= rate * (g + m * a);',
    rmsprop: 'let v = a * s[i] + restA * g * g; s[i] = v; w[i] -= g * rate / sqrt(v + epsilon);',
    adagrad: 'let v = s[i] + g * g; s[i] = v; w[i] -= g / sqrt(v + epsilon) * rate;',
    adadelta: `let v = a * s[i] + restA * g * g; let u = t[i]; let delta = sqrt(u + epsilon) / sqrt(v + epsilon) * g;
    s[i] = v; t[i] = a * u + restA * delta * delta; w[i] -= delta * rate;`,
    adam: `${moments} ${adam}`,
    adamw: `${moments} w[i] -= c6 * w[i]; ${adam}`,
    adamax: 'let m = a * s[i] + restA * g; let u = max(b * t[i], abs(g)); s[i] = m; t[i] = u; w[i] -= c4 * (m / (u + epsilon));',
    nadam: `${moments} w[i] -= rate * (c4 * m + c6 * g) / (sqrt(v * c5) + epsilon);`,
  }
})()

const HYPER = `let rate = now.hyper[0].x; let a = now.hyper[0].y; let b = now.hyper[0].z; let epsilon = now.hyper[0].w;
    let c4 = now.hyper[1].x; let c5 = now.hyper[1].y; let c6 = now.hyper[1].z; let restA = now.hyper[1].w; let restB = now.hyper[2].x;`

/** WGSL: a loss that is NaN or infinite, by its bits, because shaders may take it that neither exists. */
const BROKEN = '(bitcast<u32>(scores[2u * now.slot]) & 0x7f800000u) == 0x7f800000u'

const penalties = (b: Builder, l1: number, l2: number): readonly Job[] =>
  b.slots.flatMap(({ name, shape, group, grads, at, floats }) => {
    if (!grads || shape.length < 2) return []
    const bindings = [
      { name: 'w', range: group },
      { name: 'g', range: grads, written: true },
    ]
    const body = `    let v = w[${at}u + i]; g[${at}u + i] += ${float(l1)} * sign(v) + ${float(2 * l2)} * v;`
    return [eachOf(`penalty ${name}`, floats, bindings, body)]
  })

/** Workgroups of the sum of squares. */
const PIECES = 64

const clipping = (b: Builder, norm: number, limit: number): readonly Job[] => {
  const { grads } = b
  const sums = b.room(PIECES)
  const g = { name: 'g', range: grads }
  const squares: Job = {
    ...{ name: 'gradient norm', threads: THREADS, groups: () => PIECES },
    bindings: [g, { name: 'sums', range: sums, written: true }],
    head: `var<workgroup> own: array<f32, ${THREADS}>;`,
    body: `  var sum = 0.0;
  for (var i = group * ${THREADS}u + lane; i < ${grads.floats}u; i += ${PIECES * THREADS}u) { sum += g[i] * g[i]; }
  own[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) { sum = 0.0; for (var k = 0u; k < ${THREADS}u; k++) { sum += own[k]; } sums[group] = sum; }`,
  }
  const factor = norm
    ? `var sum = 0.0; for (var k = 0u; k < ${PIECES}u; k++) { sum += sums[k]; }
    let length = sqrt(sum); let factor = select(1.0, ${float(norm)} / length, length > ${float(norm)});`
    : 'let factor = 1.0;'
  const bindings = [...(norm ? [{ name: 'sums', range: sums }] : []), { ...g, written: true }]
  const ends = limit ? `clamp(g[i] * factor, ${float(-limit)}, ${float(limit)})` : 'g[i] * factor'
  const clip = eachOf('gradient clipping', grads.floats, bindings, `    ${factor}\n    g[i] = ${ends};`)
  return norm ? [squares, clip] : [clip]
}

/** Penalties, clipping and the optimizer: one dispatch over all weights, which stay as they are when the loss is broken. */
export const updateJobs = (b: Builder, setup: PlanSetup, memories: readonly Range[], scores: Range): readonly Job[] => {
  const { l1 = 0, l2 = 0, clipNorm = 0, clipValue = 0 } = setup
  const count = updaterOf(setup.optimizer).memories
  const bindings = [
    { name: 'w', range: b.weights, written: true },
    { name: 'grads', range: b.grads },
    ...memories.slice(0, count).map((range, k) => ({ name: k ? 't' : 's', range, written: true })),
    { name: 'scores', range: scores },
  ]
  const body = `    if (${BROKEN}) { return; }
    let g = grads[i];
    ${HYPER}
    ${FORMULAS[setup.optimizer]}`
  return [
    ...(l1 || l2 ? penalties(b, l1, l2) : []),
    ...(clipNorm || clipValue ? clipping(b, clipNorm, clipValue) : []),
    eachOf('update', b.weights.floats, bindings, body),
  ]
}
