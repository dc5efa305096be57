import { layerOf } from '../layers/registry.ts'
import type { Shape } from '../layers/shape.ts'
import { type Issue, issue } from '../result.ts'
import { totalsOf } from './cost.ts'
import type { GraphNode, ProjectFile, Wire } from './document.ts'
import { orderOf, wiresInto } from './order.ts'
import type { Resolved, ResolvedNode } from './resolved.ts'
import { type Arriving, resolveNode } from './resolveNode.ts'
import { cycleIssue, structureIssues } from './structure.ts'

const extraWires = (node: GraphNode, wires: readonly Wire[], allowed: number): Issue =>
  issue(
    'graph/too-many-inputs',
    allowed === 0
      ? `"${node.name}" is where data enters and takes no wire: remove it.`
      : `"${node.name}" takes one input, but ${wires.length} wires arrive: remove all but one.`,
    {
      node: node.id,
      expected: String(allowed),
      received: String(wires.length),
      fixes: wires.slice(allowed).map(wire => ({ kind: 'removeWire', label: `Remove the wire from ${wire.from}`, wire: wire.id })),
    },
  )

const missingInput = (node: GraphNode): Issue =>
  issue('graph/missing-input', `Nothing arrives at "${node.name}": draw a wire to it from the layer before.`, { node: node.id })

const NO_ISSUES: readonly Issue[] = []

const wiringIssues = (node: GraphNode, wires: readonly Wire[], sources: readonly string[]): readonly Issue[] => {
  const arity = layerOf(node.type)?.input.arity
  if (node.bypassed || arity === undefined) return NO_ISSUES
  if (arity === 'none') return sources.length > 0 ? [extraWires(node, wires, 0)] : NO_ISSUES
  if (sources.length === 0) return [missingInput(node)]
  return arity === 'one' && sources.length > 1 ? [extraWires(node, wires, 1)] : NO_ISSUES
}

const NO_WIRES: readonly Wire[] = []

// What the last call found: a node whose object and input shapes are the same again is not worked out again.
let last: ReadonlyMap<string, ResolvedNode> = new Map()

/** Works out shapes, weights, costs and problems of a whole document; pure, and fast on a document that changed little. */
export const resolve = (project: ProjectFile): Resolved => {
  const { graph } = project
  const { sorted, stuck } = orderOf(graph)
  const entering = wiresInto(graph)
  const byId = new Map(graph.nodes.map(node => [node.id, node]))
  const nodes = new Map<string, ResolvedNode>()
  /** The node whose output a bypassed node passes on; undefined when nothing arrives there. */
  const passedOn = new Map<string, string | undefined>()

  const arriving = (node: GraphNode): Arriving => {
    const wires = entering.get(node.id) ?? NO_WIRES
    const sources: string[] = []
    const shapes: Shape[] = []
    for (const { from } of wires) {
      const source = passedOn.has(from) ? passedOn.get(from) : from
      if (source === undefined) continue
      sources.push(source)
      const output = nodes.get(source)?.output
      if (output) shapes.push(output)
    }
    return { sources, shapes: shapes.length === sources.length ? shapes : null, issues: wiringIssues(node, wires, sources) }
  }
  for (const id of sorted) {
    const node = byId.get(id)
    if (!node) continue
    const resolved = resolveNode(node, arriving(node), last.get(id))
    nodes.set(id, resolved)
    if (node.bypassed) passedOn.set(id, resolved.sources[0])
  }
  for (const id of stuck) {
    const node = byId.get(id)
    const sources = (entering.get(id) ?? NO_WIRES).map(({ from }) => from)
    if (node) nodes.set(id, resolveNode(node, { sources, shapes: null, issues: NO_ISSUES }, last.get(id)))
  }
  last = nodes
  return summarise(project, [...sorted, ...stuck], nodes, cycleIssue(graph, stuck))
}

const summarise = (
  { training }: ProjectFile,
  order: readonly string[],
  nodes: ReadonlyMap<string, ResolvedNode>,
  cycle: Issue | null,
): Resolved => {
  const active: ResolvedNode[] = []
  const used = new Set<string>()
  const issues: Issue[] = cycle ? [cycle] : []
  for (const resolved of nodes.values()) {
    for (const problem of resolved.issues) issues.push(problem)
    if (resolved.node.bypassed) continue
    active.push(resolved)
    for (const id of resolved.sources) used.add(id)
  }
  const inputs = active.filter(({ node }) => node.type === 'input').map(({ node }) => node.id)
  const outputs = active.filter(({ node }) => !used.has(node.id)).map(({ node }) => node.id)
  const totals = totalsOf(active, training)
  issues.push(...structureIssues(active, inputs, outputs, totals))
  return { order, nodes, inputs, outputs, totals, issues, buildable: issues.every(({ severity }) => severity !== 'error') }
}
