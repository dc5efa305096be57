import { ok, type Result } from '../result.ts'
import { blankProject, type GraphNode, type Position, type ProjectFile, type Wire } from './document.ts'
import { withGraph } from './edit.ts'
import { freshId, idPrefix } from './ids.ts'
import { parseProject } from './parse.ts'

/** Some nodes and the wires among them, cut out of a document. */
export interface Fragment {
  readonly nodes: readonly GraphNode[]
  readonly wires: readonly Wire[]
}

/** How far a duplicate lies from its original, CSS pixels. */
const DUPLICATE_OFFSET = 32

/** The chosen nodes with the wires among them. */
export const copyFragment = (doc: ProjectFile, ids: readonly string[]): Fragment => {
  const chosen = new Set(ids)
  return {
    nodes: doc.graph.nodes.filter(node => chosen.has(node.id)),
    wires: doc.graph.wires.filter(wire => chosen.has(wire.from) && chosen.has(wire.to)),
  }
}

const corner = ({ nodes }: Fragment): Position => ({
  x: nodes.reduce((least, { position }) => Math.min(least, position.x), Number.POSITIVE_INFINITY),
  y: nodes.reduce((least, { position }) => Math.min(least, position.y), Number.POSITIVE_INFINITY),
})

/** A fragment with ids that are fresh in the document and its top left corner at a place; insert it with `paste`, then select its nodes. */
export const freshFragment = (doc: ProjectFile, fragment: Fragment, at: Position): Fragment => {
  const from = corner(fragment)
  const takenNodes = new Set(doc.graph.nodes.map(({ id }) => id))
  const takenWires = new Set(doc.graph.wires.map(({ id }) => id))
  const renamed = new Map<string, string>()
  const nodes = fragment.nodes.map((node): GraphNode => {
    const id = freshId(takenNodes, idPrefix(node.type))
    takenNodes.add(id)
    renamed.set(node.id, id)
    const position = { x: node.position.x - from.x + at.x, y: node.position.y - from.y + at.y }
    return { ...node, id, name: node.name === node.id ? id : node.name, position }
  })
  const wires = fragment.wires.flatMap((wire): readonly Wire[] => {
    const [source, target] = [renamed.get(wire.from), renamed.get(wire.to)]
    if (source === undefined || target === undefined) return []
    const id = freshId(takenWires, 'wire')
    takenWires.add(id)
    return [{ id, from: source, to: target }]
  })
  return { nodes, wires }
}

/** Inserts a fragment made by `freshFragment` or `duplicateOf`. */
export const paste = (doc: ProjectFile, { nodes, wires }: Fragment): ProjectFile =>
  nodes.length === 0 ? doc : withGraph(doc, { nodes: [...doc.graph.nodes, ...nodes], wires: [...doc.graph.wires, ...wires] })

/** A copy of the chosen nodes a little to the right and below, ready for `paste`. */
export const duplicateOf = (doc: ProjectFile, ids: readonly string[]): Fragment => {
  const fragment = copyFragment(doc, ids)
  const { x, y } = corner(fragment)
  return freshFragment(doc, fragment, { x: x + DUPLICATE_OFFSET, y: y + DUPLICATE_OFFSET })
}

/** Text for the clipboard: a small project, so that it can be pasted anywhere. */
export const fragmentText = ({ nodes, wires }: Fragment): string => {
  const blank = blankProject('clipboard')
  return JSON.stringify({ ...blank, graph: { ...blank.graph, nodes, wires } })
}

/** Reads clipboard text with the guards of project files. */
export const parseFragment = (text: string): Result<Fragment> => {
  const parsed = parseProject(text)
  return parsed.ok ? ok({ nodes: parsed.value.graph.nodes, wires: parsed.value.graph.wires }) : parsed
}
