import { before, imageOf } from '../../wasm/lower/define.ts'
import { MISSING } from '../formulas.ts'
import { type Binding, each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Largest or mean value of windows; places outside the image take no part. */
export const lowerPool: Lower<'pool'> = (b, node) => {
  const { kind, size, strides, padding } = node.op
  const { h, w, c } = imageOf(node.inputShapes[0] ?? [])
  const [oh = 1, ow = 1] = node.shape.length === 1 ? [1, 1] : node.shape
  const top = before(h, oh, size[0], strides[0], padding)
  const left = before(w, ow, size[1], strides[1], padding)
  const x: Binding = { name: 'x', range: b.input(node).range }
  const y = b.output(node).range
  const max = kind === 'max'
  // First and last row (column) of window `o`, cut at the image.
  const rows = (o: string) => `max(${o} * ${strides[0]} - ${top}, 0); r < min(${o} * ${strides[0]} - ${top} + ${size[0]}, ${h})`
  const columns = (o: string) => `max(${o} * ${strides[1]} - ${left}, 0); q < min(${o} * ${strides[1]} - ${left} + ${size[1]}, ${w})`
  const loops = (body: string) => `for (var r = ${rows('oy')}; r++) { for (var q = ${columns('ox')}; q++) { ${body} } }`
  const place = (width: number, height: number) => `    let at = i32(i); let ch = at % ${c}; let across = at / ${c} % ${width};
    let down = at / ${c * width} % ${height}; let image = at / ${c * width * height} * ${h * w * c} + ch;`
  b.forward(
    each(
      `pool ${node.id}`,
      oh * ow * c,
      [x, { name: 'y', range: y, written: true }],
      `${place(ow, oh)}
    let oy = down; let ox = across;
    ${
      max
        ? `var best = x[image + (max(oy * ${strides[0]} - ${top}, 0) * ${w} + max(ox * ${strides[1]} - ${left}, 0)) * ${c}];
    ${loops(`let v = x[image + (r * ${w} + q) * ${c}]; best = select(best, v, v > best || missing(v));`)}
    y[i] = best;`
        : `var sum = 0.0; var count = 0.0;
    ${loops(`sum += x[image + (r * ${w} + q) * ${c}]; count += 1.0;`)}
    y[i] = sum / count;`
    }`,
      MISSING,
    ),
  )
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    // Windows that hold a place lie between these two.
    const first = (at: string, edge: number, span: number, stride: number) =>
      `max(${at} + ${edge} - ${span - 1} + ${stride - 1}, 0) / ${stride}`
    const windows = (body: string) =>
      `for (var oy = ${first('down', top, size[0], strides[0])}; oy <= min((down + ${top}) / ${strides[0]}, ${oh - 1}); oy++) {
      for (var ox = ${first('across', left, size[1], strides[1])}; ox <= min((across + ${left}) / ${strides[1]}, ${ow - 1}); ox++) {
        let o = (at / ${c * w * h} * ${oh * ow} + oy * ${ow} + ox) * ${c} + ch;
        ${body}
      }
    }`
    // The first largest value of a window takes its gradient.
    const body = max
      ? `let best = y[o];
        if (x[i] == best) {
          var earlier = false;
          ${loops(`if (r * ${w} + q < down * ${w} + across && x[image + (r * ${w} + q) * ${c}] == best) { earlier = true; }`)}
          if (!earlier) { v += dy[o]; }
        }`
      : `var count = 0.0;
        ${loops('count += 1.0;')}
        v += dy[o] / count;`
    b.backward(
      each(
        `pool ${node.id} gradient`,
        h * w * c,
        [...(max ? [x, { name: 'y', range: y }] : []), { name: 'dy', range: dy }, ...targetBindings(target)],
        `${place(w, h)}
    var v = 0.0;
    ${windows(body)}
    ${gated(target.gate)}`,
      ),
    )
  }
}
