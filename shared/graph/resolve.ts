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

const wiringIssues = (node: GraphNode, wires: readonly Wire[], sources: readonly string[]): readonly Issue[] => {
  const arity = layerOf(node.type)?.input.arity
  if (node.bypassed || arity === undefined) return []
  if (arity === 'none') return wires.length > 0 ? [extraWires(node, wires, 0)] : []
  if (sources.length === 0) return [missingInput(node)]
  return arity === 'one' && wires.length > 1 ? [extraWires(node, wires, 1)] : []
}

/** Works out shapes, weights, costs and problems of a whole document; pure, and fast on a document that changed little. */
export const resolve = (project: ProjectFile): Resolved => {
  const { graph } = project
  const { sorted, stuck } = orderOf(graph)
  const entering = wiresInto(graph)
  const byId = new Map(graph.nodes.map(node => [node.id, node]))
  const nodes = new Map<string, ResolvedNode>()
  /** The active node whose output a node passes on: itself, or the one before it when bypassed. */
  const speaker = new Map<string, string>()

  const arriving = (node: GraphNode): Arriving => {
    const wires = entering.get(node.id) ?? []
    const sources = wires.flatMap(wire => speaker.get(wire.from) ?? [])
    const shapes = sources.flatMap((id): readonly Shape[] => {
      const output = nodes.get(id)?.output
      return output ? [output] : []
    })
    return { sources, shapes: shapes.length === sources.length ? shapes : null, issues: wiringIssues(node, wires, sources) }
  }
  for (const id of sorted) {
    const node = byId.get(id)
    if (!node) continue
    const resolved = resolveNode(node, arriving(node))
    nodes.set(id, resolved)
    const passedOn = node.bypassed ? resolved.sources[0] : id
    if (passedOn !== undefined) speaker.set(id, passedOn)
  }
  for (const id of stuck) {
    const node = byId.get(id)
    if (node) nodes.set(id, resolveNode(node, { sources: entering.get(id)?.map(w => w.from) ?? [], shapes: null, issues: [] }))
  }
  return summarise(project, [...sorted, ...stuck], nodes, cycleIssue(graph, stuck))
}

const summarise = (
  project: ProjectFile,
  order: readonly string[],
  nodes: ReadonlyMap<string, ResolvedNode>,
  cycle: Issue | null,
): Resolved => {
  const active = order.flatMap(id => {
    const resolved = nodes.get(id)
    return resolved && !resolved.node.bypassed ? [resolved] : []
  })
  const used = new Set(active.flatMap(resolved => resolved.sources))
  const inputs = active.filter(({ node }) => node.type === 'input').map(({ node }) => node.id)
  const outputs = active.filter(({ node }) => !used.has(node.id)).map(({ node }) => node.id)
  const totals = totalsOf(active, project.training)
  const issues = [
    ...(cycle ? [cycle] : []),
    ...order.flatMap(id => nodes.get(id)?.issues ?? []),
    ...structureIssues(active, inputs, outputs, totals),
  ]
  return { order, nodes, inputs, outputs, totals, issues, buildable: issues.every(({ severity }) => severity !== 'error') }
}
