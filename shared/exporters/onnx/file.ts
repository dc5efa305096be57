import type { OnnxAttribute } from '../../layers/onnx.ts'
import { type Border, ELEMENT, type GraphOp, type Initializer, type OnnxGraph } from './graph.ts'
import { bytes, float32, int, ints, message, type Part, text } from './protobuf.ts'

/** Version of the file format and of the operators; every runtime since 2022 knows them. */
const IR_VERSION = 8
const OPSET = 17

// Field numbers below are those of the public onnx.proto.

const attribute = (name: string, value: OnnxAttribute): Part => {
  const of = (type: number, ...parts: Part[]): Part => message(5, [text(1, name), ...parts, int(20, type)])
  if (typeof value === 'number') return of(2, int(3, value))
  if (typeof value === 'string') return of(3, text(4, value))
  if ('floats' in value) return of(6, ...value.floats.map(v => float32(7, v)))
  if ('float' in value) return of(1, float32(2, value.float))
  const texts = value.filter(v => typeof v === 'string')
  return texts.length > 0 ? of(8, ...texts.map(v => text(9, v))) : of(7, ...value.flatMap(v => (typeof v === 'number' ? int(8, v) : [])))
}

const node = ({ op, name, inputs, outputs, attributes, doc }: GraphOp): Part =>
  message(1, [
    ...inputs.map(input => text(1, input)),
    ...outputs.map(output => text(2, output)),
    text(3, name),
    text(4, op),
    ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    ...(doc ? [text(6, doc)] : []),
  ])

const initializer = ({ name, type, shape, data }: Initializer): Part =>
  message(5, [...(shape.length ? [ints(1, shape)] : []), int(2, ELEMENT[type]), text(8, name), bytes(9, data)])

const border = (field: number, { name, shape, doc }: Border): Part => {
  const dims = [message(1, [text(2, 'batch')]), ...shape.map(d => message(1, [int(1, d)]))]
  const tensor = message(1, [int(1, ELEMENT.float32), message(2, dims)])
  return message(field, [text(1, name), message(2, [tensor]), text(3, doc)])
}

const graph = (g: OnnxGraph): Part =>
  message(7, [
    ...g.ops.map(node),
    text(2, g.name),
    ...g.initializers.map(initializer),
    text(10, g.doc),
    ...g.inputs.map(input => border(11, input)),
    ...g.outputs.map(output => border(12, output)),
  ])

/** The pieces of an ONNX file; `length` is known before anything is put together. */
export const modelParts = (g: OnnxGraph): Part =>
  message(null, [
    int(1, IR_VERSION),
    text(2, 'Netloom'),
    graph(g),
    message(8, [text(1, ''), int(2, OPSET)]),
    ...Object.entries(g.metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ])
