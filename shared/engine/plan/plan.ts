import type { WeightSpec } from '../../layers/define.ts'
import type { Penalty, PlanOp } from '../../layers/plan.ts'
import type { Shape } from '../../layers/shape.ts'

/** One tensor of the plan and the operation that makes it. */
export interface PlanNode {
  /** Id of the node in the graph; several plan nodes may share it. */
  readonly id: string
  /** `input` stands for the data. */
  readonly op: PlanOp | { readonly op: 'input' }
  /** Places of the tensors that flow in, in the list of nodes; each stands before this one. */
  readonly inputs: readonly number[]
  /** Shapes that the operation sees, without batch; a reshape in between leaves no trace but here. */
  readonly inputShapes: readonly Shape[]
  readonly shape: Shape
  /** Those of the layer's weights that this operation takes, in the layer's order. */
  readonly weights: readonly WeightSpec[]
  /** Weights stay as they are, and batch normalisation keeps its statistics. */
  readonly frozen: boolean
  /** A ReLU is applied as part of this operation. */
  readonly relu: boolean
}

/** What a weight that the operation knows by this name is called outside, `<node id>/<the layer's name for it>`; null if it takes none by that name. */
export const weightName = ({ id, op, weights }: PlanNode, name: string): string | null => {
  const own = 'weights' in op && op.weights ? op.weights[name] : name
  return weights.some(weight => weight.name === own) ? `${id}/${own}` : null
}

/** A node whose operation is O. */
export type NodeOf<O extends PlanNode['op']['op']> = PlanNode & { readonly op: Extract<PlanNode['op'], { op: O }> }

/** Kernels that pay a penalty, by their name outside, with its strengths; frozen ones pay none. */
export const penalties = (plan: Plan): readonly (Penalty & { readonly name: string })[] =>
  plan.nodes.flatMap(node => {
    const { op, frozen } = node
    const name = weightName(node, 'kernel')
    return 'penalty' in op && op.penalty && name && !frozen ? [{ name, ...op.penalty }] : []
  })

/** How outputs are compared with targets; `softmax` and `logistic` include the network's last activation. */
export const LOSS_KINDS = ['softmax', 'categorical', 'logistic', 'binary', 'squared'] as const
export type LossKind = (typeof LOSS_KINDS)[number]

/** Layout of targets: a class index for one-hot rows, a class index that is 0 or 1, or values. */
export const TARGET_LAYOUTS = ['oneHot', 'binary', 'values'] as const
export type TargetLayout = (typeof TARGET_LAYOUTS)[number]

/** A network as tensors and operations in an order that can be run; what an executor turns into buffers and jobs. */
export interface Plan {
  readonly nodes: readonly PlanNode[]
  readonly input: number
  /** Place of the tensor that the loss takes. */
  readonly output: number
  readonly loss: LossKind
  readonly targets: TargetLayout
}
