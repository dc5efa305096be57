import type { AnyLayerDef, WeightSpec } from '../layers/define.ts'
import type { Shape } from '../layers/shape.ts'
import type { Issue } from '../result.ts'
import type { GraphNode } from './document.ts'

/** What is known about one node after resolving. */
export interface ResolvedNode {
  readonly node: GraphNode
  /** Undefined when the type is not known here. */
  readonly def: AnyLayerDef | undefined
  /** Parsed parameters; wrong ones hold their default and an issue stands in `issues`. */
  readonly params: Readonly<Record<string, unknown>>
  /** Ids of the nodes whose outputs arrive, in wire order, bypassed nodes skipped. */
  readonly sources: readonly string[]
  readonly inputs: readonly Shape[]
  /** Output shape without batch; null when it cannot be known. */
  readonly output: Shape | null
  readonly weights: readonly WeightSpec[]
  readonly parameters: number
  readonly trainable: number
  /** For one sample. */
  readonly multiplyAdds: number
  readonly issues: readonly Issue[]
}

/** Totals of a network. */
export interface Totals {
  /** Nodes that are not bypassed. */
  readonly layers: number
  readonly parameters: number
  /** Parameters that training changes: neither frozen nor statistics of batch norm. */
  readonly trainable: number
  /** For one sample. */
  readonly multiplyAdds: number
  /** Bytes of all weights as float32. */
  readonly weightBytes: number
  /** Estimate of the bytes held while training at the project's batch size: weights, gradients, optimizer slots, activations and their gradients. */
  readonly trainingBytes: number
}

/** A document with everything that follows from it. */
export interface Resolved {
  /** Ids in topological order; nodes on a cycle come last in document order. */
  readonly order: readonly string[]
  readonly nodes: ReadonlyMap<string, ResolvedNode>
  /** Ids of Input nodes, and of nodes whose output goes nowhere. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly totals: Totals
  /** Every issue, those of nodes included. */
  readonly issues: readonly Issue[]
  /** No issue of severity error: the network can be built. */
  readonly buildable: boolean
}
