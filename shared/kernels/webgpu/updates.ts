import type { OptimizerId } from '../../graph/document.ts'

/** WGSL of every optimizer: new `weight` from gradient `g` and memories `s[i]` and `t[i]`; formulas as in `kernels/asm/optimizer.ts`. */
const FORMULAS: Readonly<Record<OptimizerId, string>> = (() => {
  const moments = 'let m = a * s[i] + restA * g; let v = b * t[i] + restB * g * g; s[i] = m; t[i] = v;'
  const adam = 'weight -= c4 * m / (sqrt(v * c5) + epsilon);'
  return {
    sgd: 'weight -= rate * g;',
    momentum: 'let m = a * s[i] + g; s[i] = m; weight -= rate * m;',
    nesterov: 'let m = a * s[i] + g; s[i] = m; weight -= rate * (g + m * a);',
    rmsprop: 'let v = a * s[i] + restA * g * g; s[i] = v; weight -= g * rate / sqrt(v + epsilon);',
    adagrad: 'let v = s[i] + g * g; s[i] = v; weight -= g / sqrt(v + epsilon) * rate;',
    adadelta: `let v = a * s[i] + restA * g * g; let u = t[i]; let delta = sqrt(u + epsilon) / sqrt(v + epsilon) * g;
    s[i] = v; t[i] = a * u + restA * delta * delta; weight -= delta * rate;`,
    adam: `${moments} ${adam}`,
    adamw: `${moments} ${adam}`,
    adamax: 'let m = a * s[i] + restA * g; let u = max(b * t[i], abs(g)); s[i] = m; t[i] = u; weight -= c4 * (m / (u + epsilon));',
    nadam: `${moments} weight -= rate * (c4 * m + c6 * g) / (sqrt(v * c5) + epsilon);`,
  }
})()

const HYPER = `let rate = now.hyper[0].x; let a = now.hyper[0].y; let b = now.hyper[0].z; let epsilon = now.hyper[0].w;
    let c4 = now.hyper[1].x; let c5 = now.hyper[1].y; let c6 = now.hyper[1].z; let restA = now.hyper[1].w; let restB = now.hyper[2].x;`

/** WGSL statements that change `weight` as an optimizer does, by the numbers in the block `now`; with decoupled weight decay where wanted. */
export const updateOf = (id: OptimizerId, decays: boolean): string => `${HYPER}
    ${decays ? 'weight -= now.hyper[2].y * weight;' : ''}
    ${FORMULAS[id]}`
