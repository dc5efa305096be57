import type { NamedWeight } from '../../engine/protocol.ts'
import type { OnnxConstant, OnnxWeights } from '../../layers/onnx.ts'
import { type Shape, sizeOf } from '../../layers/shape.ts'
import { type Precision, quantise, toFloat16 } from '../precision.ts'
import { ELEMENT, type Element, type GraphOp, type Initializer } from './graph.ts'
import type { Names } from './names.ts'

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** The tensors that come with the file, and the operators that turn rounded ones back into float32. */
export class Tensors {
  readonly initializers: Initializer[] = []
  private readonly byName: ReadonlyMap<string, NamedWeight>
  private readonly precision: Precision
  private readonly names: Names
  private readonly ops: GraphOp[]

  constructor(weights: readonly NamedWeight[], precision: Precision, names: Names, ops: GraphOp[]) {
    this.byName = new Map(weights.map(weight => [weight.name, weight]))
    this.precision = precision
    this.names = names
    this.ops = ops
  }

  /** Adds a constant of a node; returns its name. */
  constant({ type, shape, values }: OnnxConstant, base: string): string {
    const data = type === 'int64' ? BigInt64Array.from(values, v => BigInt(v)) : Float32Array.from(values)
    return this.add(this.names.make(`${base}_constant`), type, shape, data)
  }

  /** Adds a tensor made of the weights of the node `id`; returns the name of its float32 form. */
  weights({ of, shape, channels, arrange }: OnnxWeights, id: string, base: string): string {
    const values = arrange(of.map(name => this.byName.get(`${id}/${name}`)?.values ?? new Float32Array()))
    const name = this.names.make(`${base}_${of.map(part => part.replace(/^.*\//, '')).join('_')}`)
    if (channels === undefined || this.precision === 'float32') return this.add(name, 'float32', shape, values)
    return this.precision === 'float16' ? this.half(name, shape, values) : this.inBytes(name, shape, channels, values)
  }

  private half(name: string, shape: Shape, values: Float32Array): string {
    const stored = this.add(this.names.make(`${name}_float16`), 'float16', shape, toFloat16(values))
    return this.restored('Cast', [stored], { to: ELEMENT.float32 }, name)
  }

  private inBytes(name: string, shape: Shape, axis: number, values: Float32Array): string {
    const count = shape[axis] ?? 1
    const { bytes, scales, zeros } = quantise(values, count, sizeOf(shape.slice(axis + 1)))
    const stored = [
      this.add(this.names.make(`${name}_uint8`), 'uint8', shape, bytes),
      this.add(this.names.make(`${name}_scale`), 'float32', [count], scales),
      this.add(this.names.make(`${name}_zero`), 'uint8', [count], zeros),
    ]
    return this.restored('DequantizeLinear', stored, { axis }, name)
  }

  private restored(op: string, inputs: readonly string[], attributes: GraphOp['attributes'], name: string): string {
    this.ops.push({ op, name: this.names.make(`${op}_${name}`), inputs, outputs: [name], attributes, doc: '' })
    return name
  }

  private add(name: string, type: Element, shape: Shape, values: ArrayBufferView): string {
    this.initializers.push({ name, type, shape, data: bytesOf(values) })
    return name
  }
}
