import type { AnyLayerDef, WeightSpec } from '../layers/define.ts'
import { inputs as inputSpecs } from '../layers/inputs.ts'
import { MAX_DIM, parseParams } from '../layers/params.ts'
import { layerOf } from '../layers/registry.ts'
import { dims, type Shape, sameShape, sizeOf } from '../layers/shape.ts'
import { type Issue, issue } from '../result.ts'
import type { GraphNode } from './document.ts'
import { MAX_OUTPUT_VALUES } from './limits.ts'
import type { ResolvedNode } from './resolved.ts'
import { reshapeFix } from './suggest.ts'

/** What arrives at a node: the nodes it comes from and their shapes, null when one of them is not known. */
export interface Arriving {
  readonly sources: readonly string[]
  readonly shapes: readonly Shape[] | null
  /** Problems of the wiring, which follow from the node and its sources; the node is then not evaluated. */
  readonly issues: readonly Issue[]
}

const NOTHING = { output: null, weights: [], parameters: 0, trainable: 0, multiplyAdds: 0 } as const

/** Layer rules do not know which node they speak of; this fills it in. */
const placed = (node: GraphNode, problem: Issue): Issue => ({
  ...problem,
  node: node.id,
  ...(problem.fixes && { fixes: problem.fixes.map(fix => ('node' in fix && fix.node === '' ? { ...fix, node: node.id } : fix)) }),
})

const tooLarge = (node: GraphNode, output: Shape, numbers: readonly number[]): Issue | null => {
  const long = output.find(d => d > MAX_DIM)
  if (long === undefined && sizeOf(output) <= MAX_OUTPUT_VALUES && numbers.every(Number.isSafeInteger)) return null
  return issue('layer/too-large', `"${node.name}" would put out ${dims(output)} values, more than can be computed: make it smaller.`, {
    node: node.id,
    expected: `dimensions up to ${MAX_DIM} and ${MAX_OUTPUT_VALUES} values in all`,
    received: dims(output),
  })
}

type Consequences = Omit<ResolvedNode, 'node' | 'def' | 'sources' | 'inputs'>

const evaluate = (node: GraphNode, def: AnyLayerDef, shapes: readonly Shape[]): Consequences => {
  const { values, issues } = parseParams(def.params, node.params)
  const failed = (problems: readonly Issue[]) => ({
    params: values,
    ...NOTHING,
    issues: [...issues, ...problems].map(i => placed(node, i)),
  })
  const accepted = def.input.accept(shapes)
  if (!accepted.ok) {
    const arriving = shapes[0]
    const fixes = def.input === inputSpecs.image && arriving && arriving.length < 3 ? { fixes: [reshapeFix(arriving)] } : {}
    return failed(accepted.issues.map(problem => ({ ...problem, ...fixes })))
  }
  const shape = def.shape(accepted.value, values)
  if (!shape.ok) return failed(shape.issues)
  const weights: readonly WeightSpec[] = def.weights?.(accepted.value, values) ?? []
  const parameters = weights.reduce((sum, w) => sum + sizeOf(w.shape), 0)
  const trainable = node.frozen ? 0 : weights.reduce((sum, w) => sum + (w.trainable ? sizeOf(w.shape) : 0), 0)
  const multiplyAdds = def.multiplyAdds?.(accepted.value, shape.value, values) ?? 0
  const large = tooLarge(node, shape.value, [parameters, multiplyAdds])
  if (large) return failed([large])
  const placedIssues = issues.map(i => placed(node, i))
  return { params: values, output: shape.value, weights, parameters, trainable, multiplyAdds, issues: placedIssues }
}

const unknownLayer = (node: GraphNode): Issue =>
  issue('graph/unknown-layer', `This version of Netloom does not know the layer "${node.type}" of "${node.name}": replace or remove it.`, {
    node: node.id,
    received: node.type,
    fixes: [{ kind: 'removeNode', label: `Remove ${node.name}`, node: node.id }],
  })

const compute = (node: GraphNode, { sources, shapes, issues }: Arriving): ResolvedNode => {
  const def = layerOf(node.type)
  const found = consequences(node, def, shapes, issues)
  // One literal for every node keeps reading thousands of them fast.
  return {
    node,
    def,
    params: found.params,
    sources,
    inputs: shapes ?? [],
    output: found.output,
    weights: found.weights,
    parameters: found.parameters,
    trainable: found.trainable,
    multiplyAdds: found.multiplyAdds,
    issues: found.issues,
  }
}

const consequences = (
  node: GraphNode,
  def: AnyLayerDef | undefined,
  shapes: readonly Shape[] | null,
  issues: readonly Issue[],
): Consequences => {
  const bypassed = { ...NOTHING, output: shapes?.[0] ?? null, issues }
  if (!def)
    return node.bypassed
      ? { ...bypassed, params: node.params }
      : { ...NOTHING, params: node.params, issues: [unknownLayer(node), ...issues] }
  if (!node.bypassed && shapes && !issues.length) return evaluate(node, def, shapes)
  const parsed = parseParams(def.params, node.params)
  if (node.bypassed) return { ...bypassed, params: parsed.values }
  return { ...NOTHING, params: parsed.values, issues: [...parsed.issues.map(i => placed(node, i)), ...issues] }
}

const sameArrival = (before: ResolvedNode, { sources, shapes, issues }: Arriving): boolean =>
  issues.length === 0 &&
  before.sources.length === sources.length &&
  before.sources.every((id, i) => id === sources[i]) &&
  before.inputs.length === (shapes?.length ?? 0) &&
  before.inputs.every((shape, i) => sameShape(shape, shapes?.[i] ?? []))

/** Everything about one node, given what arrives. `before`, what was known last time, is given back while nothing changed. */
export const resolveNode = (node: GraphNode, arriving: Arriving, before: ResolvedNode | undefined): ResolvedNode =>
  before?.node === node && sameArrival(before, arriving) ? before : compute(node, arriving)
