import type { Axis } from '../../../../layers/plan.ts'
import { each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Each axis with what its values are apart in the output. */
const withInner = (axes: readonly Axis[]) =>
  axes.map(([length, step], k) => ({ length, step, inner: axes.slice(k + 1).reduce((product, [more]) => product * more, 1) }))

/** WGSL: the place from which value `i` (u32) of a sample of the output is taken. */
export const takenFrom = (axes: readonly Axis[], i: string): string =>
  withInner(axes)
    .filter(({ step }) => step > 0)
    .map(({ length, step, inner }) => `(${i}) / ${inner}u % ${length}u * ${step}u`)
    .join(' + ') || '0u'

/** WGSL statements that set `v` to the sum of `from` over all places of a sample of the output that take value `i` (u32) of the input. */
export const sumTaken = (axes: readonly Axis[], start: number, i: string, from: (place: string) => string): string => {
  const all = withInner(axes)
  const counted = all.filter(({ step }) => step > 0).toSorted((a, b) => b.step - a.step)
  const repeats = all.filter(({ step }) => step === 0)
  const place = ['place', ...repeats.map(({ inner }, k) => `r${k} * ${inner}`)].join(' + ')
  const loops = repeats.map(({ length }, k) => `for (var r${k} = 0; r${k} < ${length}; r${k}++) { `)
  return `    var v = 0.0; var left = i32(${i}) - ${start}; var place = 0; var at = 0; var inside = left >= 0;
    ${counted.map(({ length, step, inner }) => `at = left / ${step}; left -= at * ${step}; inside = inside && at < ${length}; place += at * ${inner};`).join('\n    ')}
    if (inside && left == 0) { ${loops.join('')}v += ${from(place)}; ${'}'.repeat(loops.length)} }`
}

/** Values in other places, left out or repeated. */
export const lowerMove: Lower<'move'> = (b, node) => {
  const { start, axes } = node.op
  const { range: x, size } = b.input(node)
  const { range: y, size: count } = b.output(node)
  const bindings = [
    { name: 'x', range: x },
    { name: 'y', range: y, written: true },
  ]
  const body = `    y[i] = x[i / ${count}u * ${size}u + ${start}u + ${takenFrom(axes, `i % ${count}u`)}];`
  b.forward(each(`move ${node.id}`, count, bindings, body))
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const back = [{ name: 'dy', range: dy }, ...targetBindings(target)]
    const sum = sumTaken(axes, start, `i % ${size}u`, place => `dy[i32(i / ${size}u * ${count}u) + ${place}]`)
    b.backward(each(`move ${node.id} gradient`, size, back, `${sum}\n    ${gated(target.gate)}`))
  }
}
