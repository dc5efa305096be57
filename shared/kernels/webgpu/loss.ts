import { FUNCTIONS } from './formulas.ts'
import { eachValue, type Kernel, THREADS } from './kernel.ts'

/** WGSL: largest of the `WIDTH` outputs z from place `at` as `top`, and the sum of e^(z − top) as `sum`; `also` may use each `e` of output `j`. */
export const softmaxSums = (also = ''): string => `var top = z[at]; for (var j = 0u; j < WIDTH; j++) { top = max(top, z[at + j]); }
    var sum = 0.0; for (var j = 0u; j < WIDTH; j++) { let e = power(z[at + j] - top); sum += e; ${also} }`

/** WGSL: place of the largest of the `WIDTH` values from place `at`, as `name`. */
export const largestOf = (values: string, name: string): string =>
  `var ${name} = 0u; for (var j = 1u; j < WIDTH; j++) { if (${values}[at + j] > ${values}[at + ${name}]) { ${name} = j; } }`

/**
 * A kernel of one workgroup that goes over the rows of a batch: `row` adds to `loss` and `hits` what the row from place `at` gives, and `store` puts
 * their sums, `total`, where they belong.
 */
export const overRows = (name: string, head: string, row: string, store: string): Kernel => {
  const some = Math.sqrt(THREADS)
  return {
    name,
    head: `${head}
var<workgroup> sums: array<vec2f, ${THREADS}>;`,
    body: `  var loss = 0.0;
  var hits = 0.0;
  for (var r = lane; r < now.batch; r += ${THREADS}u) {
    let at = r * WIDTH;
    ${row}
  }
  var total = vec2f(loss, hits);
  sums[lane] = total;
  workgroupBarrier();
  if (lane < ${some}u) { for (var k = lane + ${some}u; k < ${THREADS}u; k += ${some}u) { total += sums[k]; } sums[lane] = total; }
  workgroupBarrier();
  if (lane == 0u) {
    for (var k = 1u; k < ${some}u; k++) { total += sums[k]; }
    ${store}
  }`,
    threads: THREADS,
    groups: () => 1,
  }
}

const headOf = (width: number): string => `${FUNCTIONS}
const WIDTH = ${width}u;`

/** Mean cross-entropy of softmax(z) and targets, both `[batch, width]`; tfjs may keep targets as integers. */
export const softmaxLoss = (width: number): Kernel => {
  const row = `${softmaxSums()}
    let whole = ln(sum) + top;
    for (var j = 0u; j < WIDTH; j++) { loss += f32(targets[at + j]) * (whole - z[at + j]); }`
  return overRows('softmax loss', headOf(width), row, 'result[0] = total.x / f32(now.batch);')
}

/** Gradient of that mean at z, times dy, which is one value. */
export const softmaxLossGradient = (width: number): Kernel => {
  const row = `    let at = i * WIDTH;
    ${softmaxSums()}
    var weight = 0.0; for (var j = 0u; j < WIDTH; j++) { weight += f32(targets[at + j]); }
    let share = dy[0] / f32(now.batch);
    for (var j = 0u; j < WIDTH; j++) { result[at + j] = (weight * power(z[at + j] - top) / sum - f32(targets[at + j])) * share; }`
  return eachValue('softmax loss gradient', { perSample: 1 }, row, headOf(width))
}

/** How many rows of z have their largest value where the targets have it. */
export const rightGuesses = (width: number): Kernel => {
  const row = `${largestOf('z', 'best')} ${largestOf('targets', 'own')} hits += select(0.0, 1.0, best == own);`
  return overRows('right guesses', headOf(width), row, 'result[0] = total.y;')
}
