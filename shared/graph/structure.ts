import { grouped } from '../layers/lib/format.ts'
import { type Issue, issue } from '../result.ts'
import type { Graph } from './document.ts'
import { MAX_PARAMETERS } from './limits.ts'
import { cycleAmong } from './order.ts'
import type { ResolvedNode, Totals } from './resolved.ts'

/** The loop among nodes that cannot be ordered, named by its nodes. */
export const cycleIssue = (graph: Graph, stuck: readonly string[]): Issue | null => {
  const cycle = cycleAmong(graph, stuck)
  if (!cycle) return null
  const names = cycle.map(id => graph.nodes.find(node => node.id === id)?.name ?? id)
  const [from, to] = [cycle.at(-2), cycle.at(-1)]
  const back = graph.wires.find(wire => wire.from === from && wire.to === to)
  return issue('graph/cycle', `These layers form a loop: ${names.join(' → ')}. Remove one of its wires.`, {
    ...(to !== undefined && { node: to }),
    ...(back && {
      wire: back.id,
      fixes: [{ kind: 'removeWire', label: `Remove the wire from ${names.at(-2)} to ${names.at(-1)}`, wire: back.id }],
    }),
  })
}

const list = (nodes: readonly ResolvedNode[]): string => {
  const names = nodes.slice(0, 4).map(({ node }) => node.name)
  return names.join(', ') + (nodes.length > names.length ? ` and ${nodes.length - names.length} more` : '')
}

const atNode = (resolved: ResolvedNode | undefined): Partial<Issue> => (resolved ? { node: resolved.node.id } : {})

const inputIssues = (active: readonly ResolvedNode[], inputs: readonly string[]): readonly Issue[] => {
  if (inputs.length === 0) return [issue('graph/no-input', 'The network has no Input layer: add one and connect it to the first layer.')]
  if (inputs.length === 1) return []
  const found = active.filter(({ node }) => inputs.includes(node.id))
  const text = `The network has ${inputs.length} Input layers (${list(found)}), but data enters at one: remove the others.`
  return [issue('graph/several-inputs', text, atNode(found[1]))]
}

const outputIssues = (active: readonly ResolvedNode[], outputs: readonly string[]): readonly Issue[] => {
  const isEnd = new Set(outputs)
  const ends = active.filter(({ node, output }) => isEnd.has(node.id) && output !== null && node.type !== 'input')
  if (ends.length > 1) {
    const text = `The network ends in ${ends.length} places (${list(ends)}): connect or remove all but one.`
    return [issue('graph/several-outputs', text, atNode(ends[1]))]
  }
  const onlyInputs = active.length > 0 && active.every(({ node }) => node.type === 'input')
  return onlyInputs ? [issue('graph/no-output', 'Nothing follows the Input layer: add a layer and connect it.', atNode(active[0]))] : []
}

const sizeIssues = (active: readonly ResolvedNode[], { parameters }: Totals): readonly Issue[] => {
  if (parameters <= MAX_PARAMETERS) return []
  const largest = active.reduce<ResolvedNode | undefined>((max, n) => (n.parameters > (max?.parameters ?? 0) ? n : max), undefined)
  const share = largest ? ` "${largest.node.name}" alone has ${grouped(largest.parameters)}: make it smaller or shrink what arrives.` : ''
  const text = `The network has ${grouped(parameters)} parameters, more than the ${grouped(MAX_PARAMETERS)} that can be built.${share}`
  return [issue('graph/too-many-parameters', text, { ...atNode(largest), expected: String(MAX_PARAMETERS), received: String(parameters) })]
}

/** Problems of the network as a whole: where it begins, where it ends, how large it is. */
export const structureIssues = (
  active: readonly ResolvedNode[],
  inputs: readonly string[],
  outputs: readonly string[],
  totals: Totals,
): readonly Issue[] => [...inputIssues(active, inputs), ...outputIssues(active, outputs), ...sizeIssues(active, totals)]
