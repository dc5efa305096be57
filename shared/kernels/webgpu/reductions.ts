import { columnParts, columnSums } from './columns.ts'
import { floats, type GpuKernel } from './gradients.ts'
import { recipeOf, runInParts } from './program.ts'

/** Sums that are cut into parts are added up by a second dispatch; tfjs's own turn the whole tensor round first. */
const overRows =
  (kind: 'sum' | 'mean'): GpuKernel =>
  args => {
    const { tf, backend, attrs } = args
    const given = floats(args, 'x')
    if (!given) return null
    const { shape } = given.x
    const axes = tf.util.parseAxisParam(attrs.axis as number[], [...shape]).sort((a, b) => a - b)
    if (axes.length === 0 || axes.length === shape.length || axes.some((axis, i) => axis !== i)) return null
    const rows = tf.util.sizeFromShape(shape.slice(0, axes.length))
    const kept = shape.slice(axes.length)
    const columns = tf.util.sizeFromShape(kept)
    const to = attrs.keepDims ? [...axes.map(() => 1), ...kept] : kept
    const numbers = { columns, parts: columnParts(rows, columns) }
    const recipe = recipeOf(`${kind} of rows`, numbers, ({ columns, parts }) => {
      const factor = kind === 'mean' ? '(1.0 / f32(now.batch))' : '1.0'
      return columnSums({ ...{ name: `${kind} of rows`, rows: 1, columns, parts, sums: 1 }, value: 'let u = x[i];', factor })
    })
    return runInParts(backend, recipe, { size: columns, parts: numbers.parts }, { x: given.x }, to, rows)
  }

/** Sum and mean over all axes but the last ones, such as a bias's gradient and the statistics of a batch; other axes are left to tfjs. */
export const sumOfRows = overRows('sum')
export const meanOfRows = overRows('mean')
