import { imageOf } from '../../window.ts'
import { each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** A border of zeros. */
export const lowerPad: Lower<'pad'> = (b, node) => {
  const { top, left } = node.op
  const { h, w, c } = imageOf(node.inputShapes[0] ?? [])
  const { h: high, w: wide } = imageOf(node.shape)
  const bindings = [
    { name: 'x', range: b.input(node).range },
    { name: 'y', range: b.output(node).range, written: true },
  ]
  b.forward(
    each(
      `padding ${node.id}`,
      high * wide * c,
      bindings,
      `    let at = i32(i); let down = at / ${wide * c} % ${high} - ${top}; let across = at / ${c} % ${wide} - ${left};
    var v = 0.0;
    if (down >= 0 && down < ${h} && across >= 0 && across < ${w}) { v = x[((at / ${high * wide * c} * ${h} + down) * ${w} + across) * ${c} + at % ${c}]; }
    y[i] = v;`,
    ),
  )
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    b.backward(
      each(
        `padding ${node.id} gradient`,
        h * w * c,
        [{ name: 'dy', range: dy }, ...targetBindings(target)],
        `    let down = i / ${w * c}u % ${h}u + ${top}u; let across = i / ${c}u % ${w}u + ${left}u;
    let v = dy[((i / ${h * w * c}u * ${high}u + down) * ${wide}u + across) * ${c}u + i % ${c}u];
    ${gated(target.gate)}`,
      ),
    )
  }
}
