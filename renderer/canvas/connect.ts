import { connectable, layersAfter } from '../../shared/graph/connectable.ts'
import type { Graph, ProjectFile } from '../../shared/graph/document.ts'
import { wiresFrom, wiresInto } from '../../shared/graph/order.ts'
import type { Resolved, ResolvedNode } from '../../shared/graph/resolved.ts'
import type { AnyLayerDef } from '../../shared/layers/define.ts'
import { layers } from '../../shared/layers/registry.ts'
import type { Shape } from '../../shared/layers/shape.ts'

/** A node and everything that can be reached from it along the wires, or against them. */
export const reach = (graph: Graph, id: string, way: 'after' | 'before'): ReadonlySet<string> => {
  const wires = way === 'after' ? wiresFrom(graph) : wiresInto(graph)
  const found = new Set([id])
  for (const at of found) for (const wire of wires.get(at) ?? []) found.add(way === 'after' ? wire.to : wire.from)
  return found
}

/** Whether a layer takes this shape as it is set now; what is not known is not held against it. */
const takes = ({ def, params }: ResolvedNode, shape: Shape | null): boolean => {
  if (!def || def.input.arity === 'none') return false
  if (!shape || def.input.arity === 'many') return true
  const accepted = def.input.accept([shape])
  return accepted.ok && def.shape(accepted.value, params).ok
}

/** Cards that a wire from this output, or into this input, may reach: no loops, no doubles, fitting shapes. */
export const connectableNodes = (graph: Graph, resolved: Resolved, id: string, side: 'out' | 'in'): ReadonlySet<string> => {
  const barred = reach(graph, id, side === 'out' ? 'before' : 'after')
  const joined = new Set(graph.wires.filter(w => w[side === 'out' ? 'from' : 'to'] === id).map(w => w[side === 'out' ? 'to' : 'from']))
  const self = resolved.nodes.get(id)
  const fits = (other: ResolvedNode): boolean =>
    side === 'out' ? takes(other, self?.output ?? null) : self !== undefined && takes(self, other.output)
  const free = graph.nodes.filter(n => !barred.has(n.id) && !joined.has(n.id))
  return new Set(
    free.flatMap(n => {
      const other = resolved.nodes.get(n.id)
      return other && fits(other) ? [n.id] : []
    }),
  )
}

/** Why a wire may not be drawn, in a sentence; null when it may. */
export const refusal = (doc: ProjectFile, from: string, to: string): string | null => {
  const answer = connectable(doc, from, to)
  return answer.ok ? null : answer.issues[0].message
}

/** Layers that can stand at the open end of a wire, with their default parameters. */
export const layersAt = (resolved: Resolved, node: string, side: 'out' | 'in'): readonly AnyLayerDef[] => {
  const known = resolved.nodes.get(node)
  return side === 'out' ? layersAfter(known?.output ?? null) : layers
}
