import type { Window } from '../window.ts'

/** A pool's window; it has no gaps, and as many channels out as in. */
export type PoolWindow = Pick<Window, 'h' | 'w' | 'c' | 'oh' | 'ow' | 'size' | 'strides' | 'top' | 'left'>

/** WGSL: a loop over the rows `r` and columns `q` of window `oy`, `ox`, cut at the image. */
const within = ({ h, w, size, strides, top, left }: PoolWindow, body: string): string => {
  const start = (o: string, i: 0 | 1, edge: number) => `${o} * ${strides[i]} - ${edge}`
  const rows = `var r = max(${start('oy', 0, top)}, 0); r < min(${start('oy', 0, top)} + ${size[0]}, ${h}); r++`
  const columns = `var q = max(${start('ox', 1, left)}, 0); q < min(${start('ox', 1, left)} + ${size[1]}, ${w}); q++`
  return `for (${rows}) { for (${columns}) { ${body} } }`
}

/** WGSL: channel, column, row and start of the image of value `i` in images of this size. */
const placeOf = (
  { h, w, c }: PoolWindow,
  width: number,
  height: number,
): string => `    let at = i32(i); let ch = at % ${c}; let across = at / ${c} % ${width};
    let down = at / ${c * width} % ${height}; let image = at / ${c * width * height} * ${h * w * c} + ch;`

/** WGSL statements that find value `v` of place `i` of a pooled image: the largest or mean value of x in its window. Wants `missing`. */
export const pooled = (kind: 'max' | 'average', win: PoolWindow): string => {
  const { w, c, oh, ow, strides, top, left } = win
  const largest = `var v = x[image + (max(oy * ${strides[0]} - ${top}, 0) * ${w} + max(ox * ${strides[1]} - ${left}, 0)) * ${c}];
    ${within(win, `let u = x[image + (r * ${w} + q) * ${c}]; v = select(v, u, u > v || missing(u));`)}`
  const mean = `var sum = 0.0; var count = 0.0;
    ${within(win, `sum += x[image + (r * ${w} + q) * ${c}]; count += 1.0;`)}
    let v = sum / count;`
  return `${placeOf(win, ow, oh)}
    let oy = down; let ox = across;
    ${kind === 'max' ? largest : mean}`
}

/**
 * WGSL statements that find the gradient `v` at place `i` of the image x from the gradients dy of the pooled values y: a window's first largest value
 * takes its gradient, or all share it. Each place looks for the windows that hold it, so nothing is added up by several threads.
 */
export const pooledBack = (kind: 'max' | 'average', win: PoolWindow): string => {
  const { h, w, c, oh, ow, size, strides, top, left } = win
  const first = (at: string, edge: number, i: 0 | 1) => `max(${at} + ${edge} - ${size[i] - 1} + ${strides[i] - 1}, 0) / ${strides[i]}`
  const last = (at: string, edge: number, i: 0 | 1, out: number) => `min((${at} + ${edge}) / ${strides[i]}, ${out - 1})`
  const earlier = within(win, `if (r * ${w} + q < down * ${w} + across && x[image + (r * ${w} + q) * ${c}] == best) { earlier = true; }`)
  const largest = `let best = y[o];
        if (x[i] == best) {
          var earlier = false;
          ${earlier}
          if (!earlier) { v += dy[o]; }
        }`
  const mean = `var count = 0.0;
        ${within(win, 'count += 1.0;')}
        v += dy[o] / count;`
  return `${placeOf(win, w, h)}
    var v = 0.0;
    for (var oy = ${first('down', top, 0)}; oy <= ${last('down', top, 0, oh)}; oy++) {
      for (var ox = ${first('across', left, 1)}; ox <= ${last('across', left, 1, ow)}; ox++) {
        let o = (at / ${c * w * h} * ${oh * ow} + oy * ${ow} + ox) * ${c} + ch;
        ${kind === 'max' ? largest : mean}
      }
    }`
}
