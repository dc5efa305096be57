import type { GraphNode, Position, ProjectFile } from './document.ts'

/** `prefix_1`, or the next number that no item has. */
export const freshId = (taken: ReadonlySet<string>, prefix: string): string => {
  let n = 1
  while (taken.has(`${prefix}_${n}`)) n++
  return `${prefix}_${n}`
}

const ids = (items: readonly { readonly id: string }[]): Set<string> => new Set(items.map(({ id }) => id))

/** `conv2d` → `conv`, `maxPooling2d` → `max_pooling`: the beginning of a node's id. */
export const idPrefix = (type: string): string =>
  type
    .replace(/\d+d$/i, '')
    .replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9_]+|^_+/gi, '') || 'layer'

/** An id that no node of the document has, e.g. `conv_2`. */
export const freshNodeId = (doc: ProjectFile, type: string): string => freshId(ids(doc.graph.nodes), idPrefix(type))
export const freshWireId = (doc: ProjectFile): string => freshId(ids(doc.graph.wires), 'wire')
export const freshFrameId = (doc: ProjectFile): string => freshId(ids(doc.graph.frames), 'frame')
export const freshNoteId = (doc: ProjectFile): string => freshId(ids(doc.graph.notes), 'note')

/** A node with a fresh id, ready for `addNode` or `insertOnWire`. */
export const newNode = (doc: ProjectFile, type: string, position: Position, params: GraphNode['params'] = {}): GraphNode => {
  const id = freshNodeId(doc, type)
  return { id, type, name: id, params, position, bypassed: false, frozen: false }
}
