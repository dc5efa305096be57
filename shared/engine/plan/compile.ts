import type { LossId } from '../../graph/document.ts'
import type { Resolved, ResolvedNode } from '../../graph/resolved.ts'
import type { WeightSpec } from '../../layers/define.ts'
import type { PlanOp } from '../../layers/plan.ts'
import { type Shape, sizeOf } from '../../layers/shape.ts'
import { fail, IssueError, issue, ok, type Result } from '../../result.ts'
import type { LossKind, Plan, PlanNode, TargetLayout } from './plan.ts'

/** What is to be learned: the loss and how targets are laid out. */
export interface PlanTask {
  readonly loss: LossId
  readonly targets: TargetLayout
}

/** Operations whose kernels can apply a ReLU to what they put out. */
const TAKES_RELU: ReadonlySet<string> = new Set(['conv2d', 'depthwise', 'conv2dTranspose', 'dense', 'batchNorm', 'merge'])
const PLAIN: Readonly<Record<LossId, LossKind>> = {
  sparseCategoricalCrossentropy: 'categorical',
  categoricalCrossentropy: 'categorical',
  binaryCrossentropy: 'binary',
  meanSquaredError: 'squared',
}
/** The last activation that each loss is computed together with. */
const FUSED: Partial<Record<LossKind, { readonly activation: string; readonly kind: LossKind }>> = {
  categorical: { activation: 'softmax', kind: 'softmax' },
  binary: { activation: 'sigmoid', kind: 'logistic' },
}

const vanishes = (op: PlanOp): boolean =>
  op.op === 'reshape' ||
  (op.op === 'dropout' && op.rate === 0) ||
  (op.op === 'noise' && op.deviation === 0) ||
  (op.op === 'activation' && op.kind === 'linear')

/** Operations of a layer, or an issue that names the layer. */
const opsOf = ({ node, def, params, inputs }: ResolvedNode): readonly PlanOp[] => {
  const arriving = def?.input.accept(inputs)
  const ops = arriving?.ok ? def?.plan?.(arriving.value, params) : null
  if (ops) return ops
  throw new IssueError(
    issue('plan/no-plan', `The layer "${node.name}" (${def?.title ?? node.type}) has no plan yet, so this network trains through tfjs.`, {
      node: node.id,
    }),
  )
}

/** The weights that an operation takes of those that are left: the ones it lists, or all that later operations do not list. */
const takenBy = (op: PlanOp, left: readonly WeightSpec[], later: readonly PlanOp[]): readonly WeightSpec[] => {
  const listed = (by: PlanOp, { name }: WeightSpec) => Object.values(by.weights ?? {}).includes(name)
  return left.filter(weight => (op.weights ? listed(op, weight) : !later.some(other => listed(other, weight))))
}

/** Throws where a table is to be looked up by what other layers compute: such numbers have no gradient. */
const checkSource = (op: PlanOp, source: PlanNode | undefined, { node }: ResolvedNode): void => {
  if (op.op !== 'embedding' || source?.op.op === 'input') return
  const message = `The layer "${node.name}" looks up what other layers compute, so this network trains through tfjs.`
  throw new IssueError(issue('plan/computed-words', message, { node: node.id }))
}

const build = (resolved: Resolved): { nodes: PlanNode[]; tensors: Map<string, number> } => {
  const nodes: PlanNode[] = []
  const tensors = new Map<string, number>()
  for (const id of resolved.order) {
    const found = resolved.nodes.get(id)
    if (!found || found.node.bypassed) continue
    const shape: Shape = found.output ?? []
    const sources = found.sources.map(source => tensors.get(source) ?? -1)
    if (found.def?.input.arity === 'none') {
      nodes.push({ id, op: { op: 'input' }, inputs: [], inputShapes: [], shape, weights: [], frozen: true, relu: false })
      tensors.set(id, nodes.length - 1)
      continue
    }
    let inputs = sources
    let inputShapes = found.inputs
    const ops = opsOf(found)
    let left = found.weights
    for (const [k, op] of ops.entries()) {
      const out = op.out ?? shape
      checkSource(op, nodes[inputs[0] ?? -1], found)
      if (!vanishes(op)) {
        const weights = takenBy(op, left, ops.slice(k + 1))
        left = left.filter(weight => !weights.includes(weight))
        nodes.push({ id, op, inputs, inputShapes, shape: out, weights, frozen: found.node.frozen, relu: false })
        inputs = [nodes.length - 1]
      }
      inputShapes = [out]
    }
    tensors.set(id, inputs[0] ?? -1)
  }
  return { nodes, tensors }
}

/** Takes nodes out of the list: `replacement` says which tensor stands for one that goes. */
const without = (nodes: readonly PlanNode[], replacement: ReadonlyMap<number, number>): { nodes: PlanNode[]; place(i: number): number } => {
  const places = new Map<number, number>()
  const kept: PlanNode[] = []
  const place = (i: number): number => places.get(replacement.get(i) ?? i) ?? -1
  nodes.forEach((node, i) => {
    if (replacement.has(i)) return
    places.set(i, kept.length)
    kept.push({ ...node, inputs: node.inputs.map(place) })
  })
  return { nodes: kept, place }
}

/** Lets operations apply the ReLU that follows them, where nothing else looks at what lies between. */
const fuseRelu = (nodes: readonly PlanNode[]): { nodes: PlanNode[]; place(i: number): number } => {
  const uses = nodes.map((_, i) => nodes.reduce((count, node) => count + node.inputs.filter(input => input === i).length, 0))
  const merged = new Map<number, number>()
  const changed = nodes.map(node => node)
  nodes.forEach(({ op, inputs: [from = -1] }, i) => {
    const before = changed[from]
    if (op.op !== 'activation' || op.kind !== 'relu' || !before || uses[from] !== 1 || before.relu || !TAKES_RELU.has(before.op.op)) return
    changed[from] = { ...before, relu: true }
    merged.set(i, from)
  })
  return without(changed, merged)
}

const assemble = (resolved: Resolved, task: PlanTask): Plan => {
  const built = build(resolved)
  const [inputId = '', ...moreInputs] = resolved.inputs
  const [outputId = '', ...moreOutputs] = resolved.outputs
  if (moreInputs.length || moreOutputs.length)
    throw new IssueError(issue('plan/one-input-one-output', 'A plan takes one input and one output; this network has more.'))
  const outputNode = resolved.nodes.get(outputId)?.output ?? []
  if (outputNode.length !== 1 || sizeOf(outputNode) < 1)
    throw new IssueError(issue('plan/flat-output', 'A plan needs an output that is one row of values.', { node: outputId }))
  let output = built.tensors.get(outputId) ?? -1
  let loss = PLAIN[task.loss]
  const last = built.nodes[output]
  const fused = FUSED[loss]
  const drop = new Map<number, number>()
  if (fused && last?.op.op === 'activation' && last.op.kind === fused.activation) {
    loss = fused.kind
    drop.set(output, last.inputs[0] ?? -1)
  }
  const plain = without(built.nodes, drop)
  output = plain.place(output)
  const { nodes, place } = fuseRelu(plain.nodes)
  return { nodes, input: place(plain.place(built.tensors.get(inputId) ?? -1)), output: place(output), loss, targets: task.targets }
}

/** Compiles a resolved network into a plan, or says which layer has none; the network then trains through tfjs. */
export const compilePlan = (resolved: Resolved, task: PlanTask): Result<Plan> => {
  if (!resolved.buildable) return fail('plan/not-buildable', 'A network with errors has no plan.')
  try {
    return ok(assemble(resolved, task))
  } catch (error) {
    if (error instanceof IssueError) return { ok: false, issues: [error.issue] }
    throw error
  }
}
