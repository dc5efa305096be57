import { sizeOf } from '../../../../layers/shape.ts'
import { each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Tensors side by side along one axis. */
export const lowerConcatenate: Lower<'concatenate'> = (b, node) => {
  const { axis } = node.op
  const outer = sizeOf(node.shape.slice(0, axis))
  const wide = sizeOf(node.shape.slice(axis))
  const widths = node.inputShapes.map(shape => sizeOf(shape.slice(axis)))
  const y = b.output(node).range
  // Place in the whole of value `i` of part k.
  const place = (k: number) => {
    const width = widths[k] ?? 1
    return `i / ${width}u * ${wide}u + i % ${width}u + ${widths.slice(0, k).reduce((sum, w) => sum + w, 0)}u`
  }
  widths.forEach((width, k) => {
    b.forward(
      each(
        `concatenate ${node.id}`,
        outer * width,
        [
          { name: 'x', range: b.input(node, k).range },
          { name: 'y', range: y, written: true },
        ],
        `    y[${place(k)}] = x[i];`,
      ),
    )
  })
  return dy => {
    widths.forEach((width, k) => {
      const target = b.inputGradient(node, k)
      if (!target) return
      const bindings = [{ name: 'dy', range: dy }, ...targetBindings(target)]
      b.backward(each(`concatenate ${node.id} gradient`, outer * width, bindings, `    let v = dy[${place(k)}]; ${gated(target.gate)}`))
    })
  }
}
