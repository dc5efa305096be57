import { assertNever, type Fix } from '../result.ts'
import type { ProjectFile } from './document.ts'
import { insertOnWire, removeNodes, removeWires, setParams } from './edit.ts'
import { newNode } from './ids.ts'

/** Applies a repair; one that no longer fits the document changes nothing. */
export const applyFix = (doc: ProjectFile, fix: Fix): ProjectFile => {
  switch (fix.kind) {
    case 'insertBefore':
      return insertBefore(doc, fix)
    case 'setParams':
      return setParams(doc, fix.node, fix.params)
    case 'removeWire':
      return removeWires(doc, [fix.wire])
    case 'removeNode':
      return removeNodes(doc, [fix.node])
    default:
      return assertNever(fix)
  }
}

const insertBefore = (doc: ProjectFile, { node, type, params }: Extract<Fix, { kind: 'insertBefore' }>): ProjectFile => {
  const target = doc.graph.nodes.find(({ id }) => id === node)
  const wires = doc.graph.wires.filter(({ to }) => to === node)
  const [wire] = wires
  return target && wire && wires.length === 1 ? insertOnWire(doc, wire.id, newNode(doc, type, target.position, params)) : doc
}
