import type { Resolved, ResolvedNode } from '../../graph/resolved.ts'
import { type Layout, type OnnxForm, type OnnxNode, type OnnxValue, orderIn } from '../../layers/onnx.ts'
import type { Shape } from '../../layers/shape.ts'
import { failAll, IssueError, issue, ok, type Result, toIssue } from '../../result.ts'
import type { ExportInput } from '../define.ts'
import { activeNodes, called } from '../guard.ts'
import type { Precision } from '../precision.ts'
import type { Border, GraphOp, Initializer } from './graph.ts'
import { Names } from './names.ts'
import { Tensors } from './tensors.ts'

/** A node's output in the graph: the name of its tensor in each layout that exists so far. */
interface Output {
  readonly shape: Shape
  readonly names: { first?: string; last?: string }
}

/** What a layer's expression is made in: the node, its inputs by name, and what of it stands already. */
interface Scope {
  readonly id: string
  readonly inputs: readonly string[]
  readonly made: Map<OnnxValue, string>
}

/** A network as operators and tensors, without words around it. */
export interface Lowered {
  readonly ops: readonly GraphOp[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Border[]
  readonly outputs: readonly Border[]
}

/** With one axis beside the batch both layouts are the same. */
const isFlat = (shape: Shape): boolean => shape.length < 2

/** What Transpose needs to bring a shape of `rank` without batch to a layout from the other one. */
const permTo = (layout: Layout, rank: number): readonly number[] => {
  const order = orderIn('first', rank)
  const wanted = layout === 'first' ? order : order.map((_, axis) => order.indexOf(axis))
  return [0, ...wanted.map(axis => axis + 1)]
}

/** Turns a resolved network into operators, node by node; where the layout that a layer wants is missing it transposes, once per tensor. */
class Lowering {
  readonly ops: GraphOp[] = []
  readonly tensors: Tensors
  private readonly names = new Names()
  private readonly bases: ReadonlyMap<string, string>
  private readonly outputs = new Map<string, Output>()
  private readonly resolved: Resolved

  constructor({ resolved, weights }: ExportInput, precision: Precision) {
    this.resolved = resolved
    this.bases = new Map(activeNodes(resolved).map(id => [id, this.names.make(this.nameOf(id))]))
    this.tensors = new Tensors(weights, precision, this.names, this.ops)
  }

  /** The name that the user gave a node. */
  private nameOf(id: string): string {
    return this.resolved.nodes.get(id)?.node.name || id
  }
  private baseOf(id: string): string {
    return this.bases.get(id) ?? id
  }
  private outputOf(id: string): Output {
    const found = this.outputs.get(id)
    if (found) return found
    throw new IssueError(issue('export/no-source', `A wire comes from "${id}", which gives nothing: remove the wire.`, { node: id }))
  }

  /** Adds an input or a layer. */
  add(id: string): void {
    const entry = this.resolved.nodes.get(id)
    if (!entry) return
    const names = entry.def?.input.arity === 'none' ? { last: this.baseOf(id) } : this.layer(id, entry)
    this.outputs.set(id, { shape: entry.output ?? [], names })
  }

  private layer(id: string, entry: ResolvedNode): Output['names'] {
    const form = this.formOf(id, entry)
    const flat = isFlat(entry.output ?? [])
    const layout = form.layout === 'same' ? this.commonLayout(entry.sources) : form.layout
    const inputs = entry.sources.map(source => this.inLayout(source, layout))
    const isOutput = this.resolved.outputs.includes(id)
    // The plain name is for the tensor that leaves the network, which has channels last.
    const name = isOutput && layout === 'first' && !flat ? this.names.make(`${this.baseOf(id)}_first`) : this.baseOf(id)
    const value = this.value(form.value(layout), { id, inputs, made: new Map() }, name)
    const named = isOutput && value !== name ? this.emit({ id, op: 'Identity', inputs: [value], output: name }) : value
    return flat ? { last: named } : { [layout]: named }
  }

  private formOf(id: string, { node, def, params, inputs }: ResolvedNode): OnnxForm {
    const accepted = def?.input.accept(inputs)
    const form = accepted?.ok ? def?.onnx?.(accepted.value, params) : undefined
    if (form && 'value' in form) return form
    const why = form ? form.cannot : `ONNX has nothing like the layer ${def?.title ?? node.type}; replace it`
    throw new IssueError(
      issue('export/unsupported-layer', `The node ${called(this.resolved, id)} cannot be exported to ONNX: ${why}.`, { node: id }),
    )
  }

  private commonLayout(sources: readonly string[]): Layout {
    return sources.every(source => this.outputOf(source).names.last) ? 'last' : 'first'
  }

  /** A node's output in a layout, transposed if nobody has wanted that one before; `name` for the tensor that this makes. */
  private inLayout(id: string, layout: Layout, name?: string): string {
    const { names, shape } = this.outputOf(id)
    const found = names[layout] ?? (isFlat(shape) ? names.last : undefined)
    if (found) return found
    const made = this.emit({
      id,
      op: 'Transpose',
      inputs: [names.last ?? names.first ?? ''],
      attributes: { perm: permTo(layout, shape.length) },
      output: name ?? this.names.make(`${this.baseOf(id)}_${layout}`),
    })
    names[layout] = made
    return made
  }

  /** The name of an expression's tensor; `name` if it has none yet. */
  private value(value: OnnxValue, scope: Scope, name?: string): string {
    const found = scope.made.get(value)
    if (found !== undefined) return found
    const made = this.make(value, scope, name)
    scope.made.set(value, made)
    return made
  }

  private make(value: OnnxValue, scope: Scope, name?: string): string {
    const base = this.baseOf(scope.id)
    switch (value.kind) {
      case 'input':
        return scope.inputs[value.index] ?? ''
      case 'constant':
        return this.tensors.constant(value, base)
      case 'weights':
        return this.tensors.weights(value, scope.id, base)
      case 'node': {
        const inputs = value.inputs.map(input => (input ? this.value(input, scope) : ''))
        return this.emit({
          id: scope.id,
          op: value.op,
          inputs,
          attributes: value.attributes,
          output: name ?? this.names.make(`${base}_${value.op}`),
          place: value.output,
        })
      }
    }
  }

  private emit(made: {
    readonly id: string
    readonly op: string
    readonly inputs: readonly string[]
    readonly attributes?: OnnxNode['attributes']
    readonly output: string
    /** Which output of the operator that is. */
    readonly place?: number
  }): string {
    const { id, op, inputs, attributes = {}, output, place = 0 } = made
    const outputs = [...new Array<string>(place).fill(''), output]
    this.ops.push({ op, name: this.names.make(`${op}_${output}`), inputs, outputs, attributes, doc: this.nameOf(id) })
    return output
  }

  private border(id: string, name: string): Border {
    return { name, shape: this.outputOf(id).shape, doc: this.nameOf(id) }
  }

  /** What goes in; complete when every node has been added. */
  inputBorders(): Border[] {
    return this.resolved.inputs.map(id => this.border(id, this.baseOf(id)))
  }

  /** What comes out, with channels last under the plain name; an input that is an output too is passed on under another one. */
  outputBorders(): Border[] {
    return this.resolved.outputs.map(id => {
      const name = this.inLayout(id, 'last', this.baseOf(id))
      if (!this.resolved.inputs.includes(id)) return this.border(id, name)
      return this.border(id, this.emit({ id, op: 'Identity', inputs: [name], output: this.names.make(`${name}_output`) }))
    })
  }
}

/** Turns a network into ONNX's operators, or says which node cannot be. */
export const lower = (input: ExportInput, precision: Precision): Result<Lowered> => {
  try {
    const lowering = new Lowering(input, precision)
    for (const id of activeNodes(input.resolved)) lowering.add(id)
    const [inputs, outputs] = [lowering.inputBorders(), lowering.outputBorders()]
    return ok({ ops: lowering.ops, initializers: lowering.tensors.initializers, inputs, outputs })
  } catch (error) {
    return failAll([toIssue(error, 'export/failed')])
  }
}
