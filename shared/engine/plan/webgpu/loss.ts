import { FUNCTIONS } from '../../../kernels/webgpu/formulas.ts'
import { largestOf, overRows, softmaxSums } from '../../../kernels/webgpu/loss.ts'
import type { LossKind, TargetLayout } from '../plan.ts'
import type { Job, Range } from './job.ts'

/** What the loss works on: outputs z, targets, where probabilities, the gradient at z and the scores (two floats per step) go. */
export interface LossPlaces {
  readonly z: Range
  readonly targets: Range
  readonly probabilities: Range
  readonly gradient: Range
  readonly scores: Range
}

const HELPERS = `${FUNCTIONS}
const TINY = 1e-7f;
fn inside(x: f32) -> bool { return x >= TINY && x <= 1.0 - TINY; }
fn clip(x: f32) -> f32 { return between(x, TINY, 1.0 - TINY); }`

/** WGSL: target of output j. */
const target = (layout: TargetLayout): string =>
  layout === 'values' ? 'targets[at + j]' : layout === 'oneHot' ? 'select(0.0, 1.0, j == u32(label))' : 'label'

/** WGSL: whether the guess is right; for values their mean absolute error. */
const hit = (kind: LossKind, layout: TargetLayout): string => {
  if (layout === 'values') return 'for (var j = 0u; j < WIDTH; j++) { hits += abs(z[at + j] - targets[at + j]) / f32(WIDTH); }'
  if (layout === 'binary') return `hits += select(0.0, 1.0, (z[at] > ${kind === 'logistic' ? '0.0' : '0.5'}) == (label > 0.5));`
  return `${largestOf('z', 'best')} hits += select(0.0, 1.0, best == u32(label));`
}

/** WGSL: loss of one row added to `loss`, its gradient, and probabilities where the last activation is fused; as `kernels/asm/loss.ts`. */
const row = (kind: LossKind, layout: TargetLayout): string => {
  const over = (body: string) => `for (var j = 0u; j < WIDTH; j++) { ${body} }`
  const share = '/ f32(now.batch)'
  switch (kind) {
    case 'softmax':
      return `${softmaxSums('p[at + j] = e;')}
    ${over(`let q = p[at + j] / sum; p[at + j] = q; d[at + j] = (q - ${target(layout)}) ${share};`)}
    loss += ln(sum) + top - z[at + u32(label)];`
    case 'categorical':
      return `var sum = 0.0; ${over('sum += z[at + j];')}
    let own = z[at + u32(label)]; let open = inside(own / sum);
    ${over(`d[at + j] = select(0.0, 1.0 / sum - select(0.0, 1.0 / own, j == u32(label)), open) ${share};`)}
    loss -= ln(clip(own / sum));`
    case 'logistic':
      return over(`let x = z[at + j]; let t = ${target(layout)}; let q = sigmoid(x);
      loss += (max(x, 0.0) - x * t + logPlus(power(-abs(x)))) / f32(WIDTH); p[at + j] = q; d[at + j] = (q - t) / f32(WIDTH) ${share};`)
    case 'binary':
      return over(`let x = z[at + j]; let t = ${target(layout)}; let q = clip(x);
      loss -= (t * ln(q) + (1.0 - t) * ln(1.0 - q)) / f32(WIDTH);
      d[at + j] = select(0.0, (q - t) / (q * (1.0 - q)), inside(x)) / f32(WIDTH) ${share};`)
    case 'squared':
      return over(`let off = z[at + j] - ${target(layout)}; loss += off * off / f32(WIDTH); d[at + j] = 2.0 * off / f32(WIDTH) ${share};`)
  }
}

/** Loss with its gradient and hits of the whole batch in one workgroup; their sums go to this step's place among the scores. */
export const lossJob = (kind: LossKind, layout: TargetLayout, width: number, places: LossPlaces): Job => {
  const each = `${layout === 'values' ? '' : 'let label = targets[r];'}
    ${row(kind, layout)}
    ${hit(kind, layout)}`
  const store = 'scores[2u * now.slot] = total.x; scores[2u * now.slot + 1u] = total.y;'
  return {
    ...overRows('loss', `${HELPERS}\nconst WIDTH = ${width}u;`, each, store),
    bindings: [
      { name: 'z', range: places.z },
      { name: 'targets', range: places.targets },
      { name: 'p', range: places.probabilities, written: true },
      { name: 'd', range: places.gradient, written: true },
      { name: 'scores', range: places.scores, written: true },
    ],
  }
}
