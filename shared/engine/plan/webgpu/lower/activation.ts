import { FUNCTIONS, formulas } from '../../../../kernels/webgpu/formulas.ts'
import { each } from '../job.ts'
import { gated, type Lower, targetBindings } from './define.ts'

/** Softmax over the last axis, a thread per row. */
const lowerSoftmax: Lower<'activation'> = (b, node) => {
  const { range: z, size } = b.input(node)
  const y = b.output(node).range
  const width = node.shape.at(-1) ?? 1
  const bindings = [
    { name: 'z', range: z },
    { name: 'y', range: y, written: true },
  ]
  const over = (body: string) => `for (var j = i * ${width}u; j < (i + 1u) * ${width}u; j++) { ${body} }`
  b.forward(
    each(
      `softmax ${node.id}`,
      size / width,
      bindings,
      `    var top = z[i * ${width}u]; ${over('top = max(top, z[j]);')}
    var sum = 0.0; ${over('let e = power(z[j] - top); sum += e; y[j] = e;')}
    ${over('y[j] /= sum;')}`,
      FUNCTIONS,
    ),
  )
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const back = [{ name: 'y', range: y }, { name: 'dy', range: dy }, ...targetBindings(target)]
    const body = `    var dot = 0.0; ${over('dot += dy[j] * y[j];')}
    ${over(`let v = (dy[j] - dot) * y[j]; ${gated(target.gate).replaceAll('[i]', '[j]')}`)}`
    b.backward(each(`softmax ${node.id} gradient`, size / width, back, body))
  }
}

/** An activation of its own. */
export const lowerActivation: Lower<'activation'> = (b, node) => {
  const { kind } = node.op
  if (kind === 'softmax') return lowerSoftmax(b, node)
  const { value, slope } = formulas[kind]
  const { range: x, size } = b.input(node)
  const bindings = [
    { name: 'x', range: x },
    { name: 'y', range: b.output(node).range, written: true },
  ]
  b.forward(each(`${kind} ${node.id}`, size, bindings, `    let z = x[i]; y[i] = ${value};`, FUNCTIONS))
  return dy => {
    const target = b.inputGradient(node)
    if (!target) return
    const back = [{ name: 'x', range: x }, { name: 'dy', range: dy }, ...targetBindings(target)]
    b.backward(
      each(`${kind} ${node.id} gradient`, size, back, `    let z = x[i]; let v = dy[i] * (${slope}); ${gated(target.gate)}`, FUNCTIONS),
    )
  }
}
